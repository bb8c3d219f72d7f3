"""Addresses that nobody knows."""

from shared.errors import NotFound
from storefront.handlers.pages import PageHandler


class UnknownPageHandler(PageHandler):
    """404 for every method."""

    async def prepare(self) -> None:
        await super().prepare()
        raise NotFound
