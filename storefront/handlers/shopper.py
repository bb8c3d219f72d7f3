"""Handlers that know a shopper by the cart cookie. Junk in it is no cookie, never an error."""

from dataclasses import dataclass
from urllib.parse import quote

from shared.domain.cart import EMPTY, Cart
from shared.domain.mailed_links import sha256_hex
from shared.errors import FieldError, Invalid
from shared.own_writes import concerns
from shared.queries.shopper_sessions import SignedIn
from storefront import account_carts
from storefront.cart_cookie import CartCopy, decode, encode
from storefront.cart_store import Operation
from storefront.cookies import CART, SESSION
from storefront.handlers.base import BaseHandler
from storefront.tokens import TOKEN_HINT, is_token

JOINED = "/account/joined"  # the report of what became of a guest's cart


@dataclass(frozen=True)
class Shopper:
    """Whose cart it is, as the cookie says."""

    copy: CartCopy | None

    @property
    def cart_id(self) -> str | None:
        return self.copy.id if self.copy else None

    @property
    def cart(self) -> Cart:
        """The cart as the copy has it; its store may know a later one."""
        return Cart(self.copy.id, self.copy.revision, self.copy.quantities) if self.copy else EMPTY


class ShopperHandler(BaseHandler):
    @property
    def shopper(self) -> Shopper:
        text = self.get_cookie(self.shop.cookies.name(CART))
        return Shopper(decode(text, self.shop.settings.cookie_secrets) if text else None)

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
