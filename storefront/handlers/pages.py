"""What all pages have in common: HTML whatever Accept says, forms, error pages."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from shared.errors import ShopError, UnsupportedMediaType
from storefront import devices
from storefront.cookies import DEVICE
from storefront.error_pages import error_page
from storefront.fields import Fields, read_fields
from storefront.handlers.shopper import ShopperHandler

FORM = "application/x-www-form-urlencoded"


class PageHandler(ShopperHandler):
    tells_of: ClassVar[Mapping[str, str]] = {}  # what waits here while a dependency is away, by its name

    def page(self, template: str, status: HTTPStatus = HTTPStatus.OK, /, **context: Any) -> None:
        self.set_status(status)
        context = {"waiting": self.waiting(self.tells_of)} | context
        self.finish(self.shop.render(template, **context))

    def waiting(self, words: Mapping[str, str]) -> list[str]:
        """What of these there is to tell just now."""
        return [told for name, told in words.items() if not self.shop.readiness.is_well(name)]

    def form(self) -> Fields:
        """The fields of a posted form.

        Raises:
            UnsupportedMediaType, Unreadable, TooLarge
        """
        body = self.body()
        if self.content_type() != FORM and (body or self.content_type()):
            raise UnsupportedMediaType("Forms are sent as " + FORM + ".")
        return read_fields(body)

    def keep_cookie(self, name: str, value: str, life_s: int) -> None:
        self.set_cookie(self.shop.cookies.name(name), value, max_age=life_s, **self.shop.cookies.flags())

    def remember_browser(self, account: str) -> None:
        """Its wrong passwords at this account are counted apart from now on; see `storefront.devices`."""
        before = self.get_cookie(self.shop.cookies.name(DEVICE))
        device = devices.new_device(account, self.shop.settings.cookie_secrets, before)
        self.keep_cookie(DEVICE, device, devices.LIFE_S)

    def forget_pages(self) -> None:
        """Have the browser drop what it kept of this person's pages; the cart's cookie stays."""
        self.set_header("Clear-Site-Data", '"cache", "storage"')

    def tell(self, error: ShopError) -> None:
        can_browse = self.shop.database.can_read
        context = error_page(error, self.request_id, self.shop.settings.public_url, can_browse=can_browse)
        self.page("error.html", HTTPStatus(error.status), **context, waiting=())
