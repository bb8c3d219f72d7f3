"""/static/…: style sheets, the module and fonts, under names that change with their content."""

from typing import ClassVar

from shared.errors import NotFound
from storefront.accepted import takes_gzip
from storefront.handlers.pages import PageHandler

FOR_EVER = "public, max-age=31536000, immutable"


class StaticHandler(PageHandler):
    is_for_everybody: ClassVar[bool] = True
    costs_nothing: ClassVar[bool] = True

    def get(self, file: str) -> None:
        asset = self.shop.assets.find(file)
        if asset is None:
            raise NotFound
        content = asset.content
        if asset.packed:
            self.set_header("Vary", "Accept-Encoding")
            if takes_gzip(self.request.headers.get("Accept-Encoding", "")):
                content = asset.packed
                self.set_header("Content-Encoding", "gzip")
        self.keep_public(FOR_EVER)
        self.set_header("Content-Type", asset.content_type)
        self.finish(content)
