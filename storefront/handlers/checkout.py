"""The checkout: one page, one post, and on to the order."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import ClassVar

from shared.domain.cart import Cart
from shared.domain.delivery_days import arrivals
from shared.errors import CartChanged, CartEmpty, CartOrdered, Invalid, KeyReused, SoldOut
from shared.queries.addresses import addresses_of
from storefront import cart_desk
from storefront.forms.checkout import FRESH, CheckoutForm, read_checkout
from storefront.handlers.cart import CartPage
from storefront.ordering import after_order, order_cart
from storefront.views.checkout import CheckoutNews, change_words, checkout_page
from storefront.views.waiting import CHECKOUT_WAITS

ORDERED_BEFORE = "You have ordered from this page already. This is what is in your cart now."


def new_checkout_key() -> str:
    return secrets.token_urlsafe(16)


class CheckoutHandler(CartPage):
    is_ordering: ClassVar[bool] = True
    leads_to_provider: ClassVar[bool] = True
    tells_of: ClassVar[Mapping[str, str]] = CHECKOUT_WAITS

    async def get(self) -> None:
        if await self.is_sent_on():
            return
        cart = await cart_desk.read_cart(self.shop, self.shopper.cart)
        await self._show(cart, CheckoutForm(await self._known(), new_checkout_key(), "", ""))

    async def post(self) -> None:
        form = read_checkout(self.form())
        cart = await cart_desk.read_cart(self.shop, self.shopper.cart)
        try:
            request = replace(form.order_request(), user_id=await self.user_id())
            placed = await order_cart(self.shop, cart, form.key, request)
        except CartOrdered as earlier:
            self.see_other(self.shop.links.order_path(earlier.number))
        except CartEmpty as error:
            await self.refuse(error, "", "")
        except KeyReused as error:
            again = CheckoutForm(form.typed, new_checkout_key(), "", "")
            await self._show(cart, again, CheckoutNews(changes=[ORDERED_BEFORE]), error.status)
        except Invalid as error:
            await self._show(cart, form, CheckoutNews(faults=error.errors), error.status)
        except CartChanged as error:
            news = CheckoutNews(changes=change_words(error.changes, error.cart))
            await self._show(cart, form, news, error.status)
        except SoldOut as error:
            await self._show(cart, form, CheckoutNews(), error.status)
        else:
            self.keep_cart(after_order(cart, placed))
            self.see_other(self.shop.links.order_path(placed.order.number))

    async def _known(self) -> Mapping[str, str]:
        """A fresh form, with what the account of whoever is signed in knows filled in."""
        signed_in = await self.who()
        if signed_in is None:
            return FRESH
        async with self.shop.own_view() as connection:
            booked = await addresses_of(connection, signed_in.user_id)
        return {**FRESH, "email": signed_in.email, **(vars(booked[0].address) if booked else {})}

    async def _show(
        self, cart: Cart, form: CheckoutForm, news: CheckoutNews | None = None, status: int = HTTPStatus.OK
    ) -> None:
        priced = await cart_desk.priced(self.shop, cart)
        if not priced.lines:
            self.see_other("/cart")
            return
        self.keep_cart(cart)
        prices = self.shop.settings.shipping
        news = news or CheckoutNews(changes=await self.changes_unseen(priced))
        context = checkout_page(priced, prices, form.typed, form.key, news)
        today = datetime.now(self.shop.settings.time_zone).date()
        self.page("checkout.html", HTTPStatus(status), arrivals=arrivals(today), **context)
