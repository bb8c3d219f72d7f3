"""What an address of a product can look like; anything else is not asked of the database."""

import re

from shared.errors import NotFound

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


def check_slug(slug: str) -> str:
    if not SLUG.fullmatch(slug):
        raise NotFound("There is no such product.")
    return slug
