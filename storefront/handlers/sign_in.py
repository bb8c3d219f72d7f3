"""Signing in to the back office and out of it, and the link that sets a password once."""

from http import HTTPStatus
from typing import ClassVar

from shared.domain.emails import STAFF, account_name
from shared.errors import Gone, Invalid, ShopError
from shared.services import staff
from storefront.cookies import STAFF_SESSION
from storefront.going_on import local_path
from storefront.guesses import Guess
from storefront.handlers.pages import PageHandler

HOME, BELOW = "/back-office/orders", "/back-office/"


class StaffDoor(PageHandler):
    is_for_shoppers: ClassVar[bool] = False

    async def end_session(self) -> None:
        """Whatever session this browser had so far is over."""
        secret = self.get_cookie(self.shop.cookies.name(STAFF_SESSION))
        if secret:
            await staff.sign_out(self.shop.database, secret)


class SignInHandler(StaffDoor):
    async def get(self) -> None:
        self._show("", "", self.query.get("next", ""))

    async def post(self) -> None:
        form = self.form()
        email, going_on = form.get("email", "").strip()[:254], form.get("next", "")
        account = account_name(email, STAFF)
        guess = Guess(self, account)
        await guess.count()
        try:
            secret = await staff.sign_in(self.shop.staff, email, form.get("password", ""))
        except Invalid as refused:
            self._show(email, refused.detail, going_on, HTTPStatus.UNPROCESSABLE_ENTITY)
            return
        except ShopError:
            await guess.take_back()
            raise
        await guess.take_back()
        await self.end_session()
        self.set_cookie(self.shop.cookies.name(STAFF_SESSION), secret, **self.shop.cookies.flags())
        self.remember_browser(account)
        self.see_other(local_path(going_on, HOME, BELOW))

    def _show(self, email: str, fault: str, going_on: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        going_on = local_path(going_on, HOME, BELOW)
        self.page("back_office/sign_in.html", status, email=email, fault=fault, next=going_on)


class SignOutHandler(StaffDoor):
    async def post(self) -> None:
        await self.end_session()
        self.clear_cookie(self.shop.cookies.name(STAFF_SESSION), **self.shop.cookies.flags())
        self.forget_pages()
        self.see_other("/back-office/sign-in")


class PasswordHandler(PageHandler):
    """A link sets a password once; a used or old one says so (410)."""

    is_for_shoppers: ClassVar[bool] = False

    async def get(self) -> None:
        token = self.query.get("token", "")
        if not await staff.link_is_good(self.shop.database, token):
            raise Gone(staff.OLD_LINK)
        self.page("back_office/password.html", token=token, fault="")

    async def post(self) -> None:
        form = self.form()
        token, password = form.get("token", ""), form.get("password", "")
        try:
            if password != form.get("again", ""):
                raise Invalid("The two passwords differ.")
            email = await staff.set_password_by_link(self.shop.staff, token, password)
        except Invalid as refused:
            fault = refused.errors[0].message if refused.errors else refused.detail
            self.page("back_office/password.html", HTTPStatus.UNPROCESSABLE_ENTITY, token=token, fault=fault)
            return
        self.remember_browser(account_name(email, STAFF))  # whatever others guess, this one gets in now
        self.see_other("/back-office/sign-in")
