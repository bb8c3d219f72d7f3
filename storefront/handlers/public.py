"""Pages that are the same bytes for everybody: nothing that is read here may depend on who asks."""

from http import HTTPStatus
from typing import ClassVar

from storefront.accepted import takes_gzip
from storefront.handlers.pages import PageHandler
from storefront.public_page import Compose


class PublicHandler(PageHandler):
    is_for_everybody: ClassVar[bool] = True
    _etag: str | None = None

    async def send_public(self, key: str, compose: Compose) -> None:
        """Send a page of this process's store.

        Args:
            key: the address in its normal form, so that no way of writing it grows the store.
            compose: makes the page; it gets nothing of this request but what the key says.
        """
        page = await self.shop.pages.get(key, compose)
        content = page.plain
        self.set_status(page.status)
        if page.status == HTTPStatus.OK:
            self._etag = page.etag
            self.keep_public()
            self.set_header("Vary", "Accept-Encoding")
            if takes_gzip(self.request.headers.get("Accept-Encoding", "")):
                content = page.packed
                self.set_header("Content-Encoding", "gzip")
        self.finish(content)

    def compute_etag(self) -> str | None:
        return self._etag if self._is_public else None
