"""/media/pictures/…: the catalogue's pictures, from the shared disk and then from memory."""

import re
from typing import ClassVar

from shared.errors import NotFound
from storefront.handlers.pages import PageHandler
from storefront.security_headers import PICTURE_POLICY

FILE = re.compile(r"[a-z0-9][a-z0-9-]{0,120}\.(svg|webp|png|jpg)")
TYPES = {"svg": "image/svg+xml; charset=utf-8", "webp": "image/webp", "png": "image/png", "jpg": "image/jpeg"}
KEEP = "public, max-age=3600"


class PictureHandler(PageHandler):
    is_for_everybody: ClassVar[bool] = True

    async def get(self, file: str) -> None:
        match = FILE.fullmatch(file)
        if match is None:
            raise NotFound
        content = await self.shop.pictures.read(file)
        self.keep_public(KEEP)
        self.set_header("Content-Type", TYPES[match[1]])
        self.set_header("Content-Security-Policy", PICTURE_POLICY)
        self.finish(content)
