"""/imprint, /terms, /privacy and /returns: pages of text."""

from storefront.handlers.pages import PageHandler

TEXTS = ("imprint", "terms", "privacy", "returns")


class TextHandler(PageHandler):
    def get(self) -> None:
        self.keep_public()
        self.page(f"text_{self.route.removeprefix('/')}.html")
