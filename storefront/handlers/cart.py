"""The cart's page and the forms that change it. A refused change shows the cart again, with what was typed."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import ClassVar

from shared.domain.cart import Cart
from shared.domain.priced_cart import PricedCart
from shared.errors import (
    CartFull,
    FieldError,
    Gone,
    Invalid,
    NotFound,
    OperationReused,
    ShopError,
    SoldOut,
    Unavailable,
)
from storefront import cart_desk
from storefront.cart_store import Operation
from storefront.fields import Fields
from storefront.forms.cart import read_quantity, read_sku
from storefront.going_on import local_path
from storefront.handlers.pages import PageHandler
from storefront.views.carts import CartNews, Removed, cart_page, left_words, removed_from
from storefront.views.checkout import change_words
from storefront.views.waiting import CART_WAITS

PIECES = re.compile(r"([A-Z0-9-]{1,24})\*([1-9][0-9]?)")
CHECKOUT = "checkout"


class CartPage(PageHandler):
    tells_of: ClassVar[Mapping[str, str]] = CART_WAITS

    async def is_sent_on(self) -> bool:
        """Whether whoever is signed in came with another cart than the account's, and is to come again with that."""
        try:
            user_id = await self.user_id()
            if user_id is None or not await self.follow_account(user_id):
                return False
            self.see_other(await self.way_on(user_id, local_path(self.request.uri or "", "/cart")))
        except Unavailable:  # the cart at hand is shown all the same
            return False
        return True

    async def show_cart(self, cart: Cart, news: CartNews, status: HTTPStatus = HTTPStatus.OK) -> None:
        priced = await cart_desk.priced(self.shop, cart)
        self.keep_cart(cart)
        news = replace(news, changes=await self.changes_unseen(priced))
        self.page("cart.html", status, **cart_page(cart, priced, self.shop.settings.shipping, news))

    async def changes_unseen(self, priced: PricedCart) -> Sequence[str]:
        """What costs something else than when the shopper last looked, a sentence each, until it is accepted."""
        changes = await self.shop.seen_prices.changes(priced, self.shop.settings.shipping)
        return change_words(changes, priced)

    async def refuse(self, error: ShopError, sku: str, typed: str) -> None:
        """Show the cart as it is, with why this was not done."""
        cart = await cart_desk.read_cart(self.shop, self.shopper.cart)
        words = _words(error)
        news = CartNews(
            faults=error.errors or [FieldError("quantity", words)],
            line_faults={sku: words} if sku in cart.quantities else {},
            typed={sku: typed},
        )
        await self.show_cart(cart, news, HTTPStatus(error.status))

    def change(self, form: Fields, *what: object) -> Operation:
        """The operation of this form: the page's operation_id, and a hash of what is asked for."""
        sha = hashlib.sha256(repr(what).encode()).hexdigest()
        return self.operation(form.get("operation_id") or None, sha, "operation_id")


class CartHandler(CartPage):
    async def get(self) -> None:
        if await self.is_sent_on():
            return
        cart = await cart_desk.look_at_cart(self.shop, self.shopper.cart)
        try:
            await self._show(cart)
        except Unavailable:
            self._show_unpriced(cart)

    async def _show(self, cart: Cart) -> None:
        match = PIECES.fullmatch(self.query.get("removed", ""))
        removed = None
        if match and match[1] not in cart.quantities:
            removed = await self._removed(match[1], int(match[2]))
        await self.show_cart(cart, CartNews(removed=removed, added_sku=self.query.get("added", "")))

    def _show_unpriced(self, cart: Cart) -> None:
        """What can be told while the catalogue cannot be asked for names and prices."""
        self.keep_cart(cart)
        self.page("cart_unpriced.html", cart=cart, waiting=())

    async def _removed(self, sku: str, quantity: int) -> Removed | None:
        try:
            variant = await cart_desk.find_variant(self.shop, sku, self.shopper.cart_id)
        except (NotFound, Gone):
            return None
        return removed_from(variant, quantity) if variant.stock else None  # nobody is offered what is sold out


class AddHandler(CartPage):
    async def post(self) -> None:
        form = self.form()
        sku = read_sku(form)
        try:
            quantity = read_quantity(form)
            operation = self.change(form, quantity)
            cart = await cart_desk.add_item(self.shop, self.shopper.cart, sku, quantity, operation)
        except (Invalid, SoldOut, CartFull) as error:
            await self.refuse(error, sku, "")
            return
        self.keep_cart(cart)
        self.see_other(f"/cart?added={sku}")


class LineHandler(CartPage):
    async def post(self, sku: str) -> None:
        form = self.form()
        if form.get("remove"):
            await self._remove(sku, form)
            return
        try:
            quantity = read_quantity(form)
            operation = self.change(form, quantity)
            cart = await cart_desk.put_item(self.shop, self.shopper.cart, sku, quantity, operation)
        except (Invalid, SoldOut, CartFull) as error:
            await self.refuse(error, sku, form.get("quantity", ""))
            return
        self.keep_cart(cart)
        self.see_other(_back(form, "/cart"))

    async def _remove(self, sku: str, form: Fields) -> None:
        before = await self.shop.carts.read(self.shopper.cart)
        cart = await self.shop.carts.remove(self.shopper.cart, sku, self.change(form))
        self.keep_cart(cart)
        pieces = before.quantities.get(sku)
        self.see_other(_back(form, f"/cart?removed={sku}*{pieces}" if pieces else "/cart"))


class UndoHandler(CartPage):
    """Puts back what was just taken out."""

    async def post(self) -> None:
        form = self.form()
        sku, quantity = form.get("put_back", ""), read_quantity(form)
        operation = self.change(form, quantity)
        try:
            cart = await cart_desk.add_item(self.shop, self.shopper.cart, sku, quantity, operation)
        except (SoldOut, CartFull) as error:
            await self.refuse(error, sku, "")
            return
        self.keep_cart(cart)
        self.see_other("/cart")


class AcceptHandler(CartPage):
    """Takes today's prices, and what is left where less is left than was asked for."""

    async def post(self) -> None:
        form = self.form()
        operation = self.change(form)
        cart = await cart_desk.take_what_is_left(self.shop, self.shopper.cart, operation)
        await self.shop.seen_prices.keep(await cart_desk.priced(self.shop, cart), self.shop.settings.shipping)
        self.keep_cart(cart)
        self.see_other(_back(form, "/cart"))


def _back(form: Fields, usually: str) -> str:
    return "/checkout" if form.get("back") == CHECKOUT else usually


def _words(error: ShopError) -> str:
    if isinstance(error, OperationReused):
        return "You have changed this already. This is what is in your cart now."
    if isinstance(error, SoldOut):
        return left_words(error.lines[0].left, error.lines[0].wanted)
    return error.errors[0].message if error.errors else error.title + "."
