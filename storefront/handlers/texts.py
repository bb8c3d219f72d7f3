"""/imprint, /terms, /privacy and /returns: pages of text."""

from functools import partial

from storefront.handlers.public import PublicHandler
from storefront.public_page import Composed
from storefront.shop import Shop

TEXTS = ("imprint", "terms", "privacy", "returns")


class TextHandler(PublicHandler):
    async def get(self) -> None:
        name = self.route.removeprefix("/")
        await self.send_public(f"/{name}", partial(compose_text, self.shop, name))


async def compose_text(shop: Shop, name: str) -> Composed:
    return Composed(html=shop.render(f"text_{name}.html"))
