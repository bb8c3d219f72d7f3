"""What the account's pages have in common: who is signed in, opening a session, and where to go on afterwards."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError

from shared.domain.emails import account_name
from shared.errors import FieldError, Invalid
from shared.own_writes import concerns
from shared.queries.shopper_sessions import SignedIn
from shared.services.accounts import Proven
from storefront.api.models import Email
from storefront.cookies import CART, DEVICE, SESSION
from storefront.handlers.pages import PageHandler
from storefront.validation import faults

HOME = "/account"
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)


def read_email(typed: str) -> str:
    """Raises Invalid, which names the field email."""
    try:
        return _EMAIL.validate_python(typed)
    except ValidationError as error:
        raise Invalid(errors=[FieldError("email", faults(error)[0].message)]) from None


class AccountPage(PageHandler):
    @property
    def secret(self) -> str | None:
        return self.get_cookie(self.shop.cookies.name(SESSION))

    def account_page(self, template: str, status: HTTPStatus = HTTPStatus.OK, /, **context: Any) -> None:
        self.page(f"account/{template}", status, **context)

    def refuse(self, template: str, error: Invalid, /, **context: Any) -> None:
        """Show a form again, with what is wrong."""
        told = {fault.field: fault.message for fault in error.errors}
        fault = "" if told else error.detail
        self.account_page(template, HTTPStatus.UNPROCESSABLE_ENTITY, fault=fault, faults=told, **context)

    async def count_address(self) -> None:
        """Hold an address that registers, or has mails sent, to as many an hour as it may guess passwords."""
        await self.shop.rates.take(self.shop.rates.sign_in_address, self.client_address)

    async def begin_session(self, user_id: int, email: str, password_hash: str | None) -> None:
        """Sign in under a new id, and to the account's cart; whatever session this browser had before ends."""
        concerns(f"user:{user_id}")
        if self.secret and await self.who():
            await self.shop.sessions.end(self.secret)
        agent = self.request.headers.get("User-Agent", "")
        secret = await self.shop.sessions.open(user_id, agent, password_hash)
        self.keep_cookie(SESSION, secret, self.shop.settings.session_absolute_s)
        self.remember_browser(account_name(email))
        await self.follow_account(user_id)

    async def begin_proven(self, proven: Proven, email: str) -> None:
        await self.shop.sessions.forget(proven.ended_keys)
        await self.begin_session(proven.user_id, email, proven.password_hash)

    def drop_session(self) -> None:
        self.clear_cookie(self.shop.cookies.name(SESSION), **self.shop.cookies.flags())
        self.forget_pages()

    def drop_cart(self) -> None:
        self.clear_cookie(self.shop.cookies.name(CART), **self.shop.cookies.flags())

    def drop_device(self) -> None:
        self.clear_cookie(self.shop.cookies.name(DEVICE), **self.shop.cookies.flags())


class OwnPage(AccountPage):
    """A page of somebody who is signed in; anybody else is sent to sign in first."""

    signed_in: SignedIn | None = None

    async def prepare(self) -> None:
        await super().prepare()
        self.signed_in = await self.who()
        if self.signed_in is None:
            self.redirect("/account/sign-in?next=" + quote(self.request.path), status=HTTPStatus.SEE_OTHER)

    @property
    def user(self) -> SignedIn:
        assert self.signed_in is not None  # see `prepare`
        return self.signed_in
