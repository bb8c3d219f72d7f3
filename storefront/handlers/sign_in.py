"""Signing in to the back office and out of it, and the link that sets a password once."""

import hashlib
from http import HTTPStatus

from shared.domain.emails import normalise_email
from shared.errors import Gone, Invalid
from shared.services import staff
from storefront.cookies import STAFF_SESSION
from storefront.handlers.pages import PageHandler
from storefront.rates import SIGN_IN

HOME = "/back-office/orders"


def local_path(text: str) -> str:
    """Where to go on after signing in: a path of the back office on this host, nothing else."""
    is_ours = text.startswith("/back-office/") and not any(sign in text for sign in ("\\", "//", "\n", "\r"))
    return text if is_ours and text.isprintable() else HOME


def _account(email: str) -> str:
    """Accounts are counted by a hash: no address of a person stands in Redis."""
    return hashlib.sha256(normalise_email(email).encode()).hexdigest()[:32]


class SignInHandler(PageHandler):
    async def get(self) -> None:
        self._show("", "")

    async def post(self) -> None:
        form = self.form()
        email, going_on = form.get("email", "").strip()[:254], form.get("next", "")
        account = _account(email)
        for limit in SIGN_IN:  # counted before it is checked, so that many at once do not get through
            await self.shop.rates.take(limit, account)
        try:
            secret = await staff.sign_in(self.shop.staff, email, form.get("password", ""))
        except Invalid as refused:
            self._show(email, refused.detail, going_on, HTTPStatus.UNPROCESSABLE_ENTITY)
            return
        for limit in SIGN_IN:
            await self.shop.rates.give_back(limit, account)
        self.set_cookie(self.shop.cookies.name(STAFF_SESSION), secret, **self.shop.cookies.flags())
        self.see_other(local_path(going_on))

    def _show(self, email: str, fault: str, going_on: str = "", status: HTTPStatus = HTTPStatus.OK) -> None:
        going_on = going_on or self.query.get("next", "")
        self.page("back_office/sign_in.html", status, email=email, fault=fault, next=local_path(going_on))


class SignOutHandler(PageHandler):
    async def post(self) -> None:
        secret = self.get_cookie(self.shop.cookies.name(STAFF_SESSION))
        if secret:
            await staff.sign_out(self.shop.database, secret)
        self.clear_cookie(self.shop.cookies.name(STAFF_SESSION), **self.shop.cookies.flags())
        self.see_other("/back-office/sign-in")


class PasswordHandler(PageHandler):
    """A link sets a password once; a used or old one says so (410)."""

    async def get(self) -> None:
        token = self.query.get("token", "")
        if not await staff.link_is_good(self.shop.database, token):
            raise Gone("This link was used already, or is too old. Ask for a new one.")
        self.page("back_office/password.html", token=token, fault="")

    async def post(self) -> None:
        form = self.form()
        token, password = form.get("token", ""), form.get("password", "")
        try:
            if password != form.get("again", ""):
                raise Invalid("The two passwords differ.")
            await staff.set_password_by_link(self.shop.staff, token, password)
        except Invalid as refused:
            fault = refused.errors[0].message if refused.errors else refused.detail
            self.page("back_office/password.html", HTTPStatus.UNPROCESSABLE_ENTITY, token=token, fault=fault)
            return
        self.see_other("/back-office/sign-in")
