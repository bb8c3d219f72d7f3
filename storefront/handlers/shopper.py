"""Handlers that know a shopper by the cart cookie. Junk in it is no cookie, never an error."""

from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import quote

from shared.domain.cart import EMPTY, Cart
from shared.domain.load_runs import RunToken, marked_cart_id, run_of_cart
from shared.domain.mailed_links import sha256_hex
from shared.errors import FieldError, Invalid, RunMixed
from shared.own_writes import concerns
from shared.queries.shopper_sessions import SignedIn
from storefront import account_carts
from storefront.cart_cookie import CartCopy, decode, encode
from storefront.cart_store import Operation, new_cart_id
from storefront.cookies import CART, SESSION
from storefront.cross_site import SAFE_METHODS
from storefront.handlers.base import BaseHandler
from storefront.load_runs import RUN_HEADER
from storefront.tokens import TOKEN_HINT, is_token

JOINED = "/account/joined"  # the report of what became of a guest's cart


@dataclass(frozen=True)
class Shopper:
    """Whose cart it is, as the cookie says.

    Attributes:
        first_id: the id that the first cart of a load run's shopper gets; others' stores draw one.
    """

    copy: CartCopy | None = None
    first_id: str | None = None

    @property
    def cart_id(self) -> str | None:
        return self.copy.id if self.copy else None

    @property
    def cart(self) -> Cart:
        """The cart as the copy has it; its store may know a later one."""
        if self.copy:
            return Cart(self.copy.id, self.copy.revision, self.copy.quantities)
        return replace(EMPTY, id=self.first_id)


class ShopperHandler(BaseHandler):
    is_for_everybody: ClassVar[bool] = False  # the same answer for all, so the header of load runs says nothing
    is_for_shoppers: ClassVar[bool] = True  # of a load run, too, while it is open

    _shopper: Shopper | None = None

    async def prepare(self) -> None:
        await super().prepare()
        if self.is_for_everybody or self.request.method not in self.allowed_methods():
            return
        token = self.shop.load_runs.read(self.request.headers.get(RUN_HEADER))
        if self.is_for_shoppers:
            self._shopper = await self._admit(token, self._copy())

    @property
    def shopper(self) -> Shopper:
        if self._shopper is None:
            self._shopper = Shopper(self._copy())
        return self._shopper

    def _copy(self) -> CartCopy | None:
        text = self.get_cookie(self.shop.cookies.name(CART))
        return decode(text, self.shop.settings.cookie_secrets) if text else None

    async def _admit(self, token: RunToken | None, copy: CartCopy | None) -> Shopper:
        """Know the shopper; the rules of load runs are those of `storefront.load_runs`."""
        carried = run_of_cart(copy.id) if copy else None
        if token is None and carried is None:
            return Shopper(copy)
        is_change = self.request.method not in SAFE_METHODS
        if not await self.shop.load_runs.admit(token, carried, is_change=is_change):
            copy = None
        if token is None:
            return Shopper(copy)
        if copy and carried != token.run:
            raise RunMixed
        return Shopper(copy, marked_cart_id(token.run, new_cart_id()))

    @property
    def test_run(self) -> str | None:
        """The load run that whoever asks belongs to."""
        return run_of_cart(self.shopper.cart.id)

    async def who(self) -> SignedIn | None:
        """Who is signed in; public pages never ask."""
        signed_in = await self.shop.sessions.who(self.get_cookie(self.shop.cookies.name(SESSION)))
        if signed_in:
            concerns(f"user:{signed_in.user_id}")
        return signed_in

    @property
    def session_key(self) -> str | None:
        """The hash of what the session cookie holds; whether that is a session only `who` knows."""
        secret = self.get_cookie(self.shop.cookies.name(SESSION))
        return sha256_hex(secret) if secret else None

    async def user_id(self) -> int | None:
        """The account of whoever is signed in."""
        signed_in = await self.who()
        return signed_in.user_id if signed_in else None

    def keep_cart(self, cart: Cart) -> None:
        """Give the shopper the cart's signed copy; whoever has no cart gets no cookie."""
        if cart.id is None or cart.revision == 0:
            return
        self.set_cookie(
            self.shop.cookies.name(CART),
            encode(cart, self.shop.settings.cookie_secrets),
            max_age=self.shop.settings.cart_ttl_s,
            **self.shop.cookies.flags(),
        )

    async def follow_account(self, user_id: int) -> bool:
        """Bring this browser to the cart of its account; whether it has another one now than it came with."""
        cart = await account_carts.follow(self.shop, user_id, self.shopper.cart)
        if cart is None:
            return False
        self.keep_cart(cart)
        return True

    async def way_on(self, user_id: int, path: str) -> str:
        """Where somebody who is signed in goes on: over the report of the joined carts, if it was not shown yet."""
        if not await account_carts.has_news(self.shop, user_id):
            return path
        return f"{JOINED}?next={quote(path, safe='/')}"

    def operation(self, operation_id: str | None, body_sha: str, field: str) -> Operation:
        """One change of the cart under the id that the shopper's page or program gave it, if any."""
        if operation_id is not None and not is_token(operation_id):
            raise Invalid(errors=[FieldError(field, TOKEN_HINT)])
        return Operation(operation_id, body_sha)
