"""Addresses that nobody knows."""

from typing import ClassVar

from shared.errors import NotFound
from storefront.handlers.pages import PageHandler


class UnknownPageHandler(PageHandler):
    """404 for every method."""

    is_for_everybody: ClassVar[bool] = True

    async def prepare(self) -> None:
        await super().prepare()
        raise NotFound
