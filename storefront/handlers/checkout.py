"""The checkout: one page, one post, and on to the order."""

import secrets
from datetime import datetime
from http import HTTPStatus
from typing import ClassVar

from shared.domain.cart import Cart
from shared.domain.delivery_days import arrivals
from shared.errors import CartChanged, CartEmpty, CartOrdered, Invalid, KeyReused, SoldOut
from storefront import cart_desk
from storefront.forms.checkout import FRESH, CheckoutForm, read_checkout
from storefront.handlers.cart import CartPage
from storefront.ordering import order_cart
from storefront.views.checkout import CheckoutNews, change_words, checkout_page

ORDERED_BEFORE = "You have ordered from this page already. This is what is in your cart now."


def new_checkout_key() -> str:
    return secrets.token_urlsafe(16)


class CheckoutHandler(CartPage):
    leads_to_provider: ClassVar[bool] = True

    async def get(self) -> None:
        cart = await cart_desk.read_cart(self.shop, self.shopper.cart_id)
        await self._show(cart, CheckoutForm(FRESH, new_checkout_key(), "", ""))

    async def post(self) -> None:
        form = read_checkout(self.form())
        cart = await cart_desk.read_cart(self.shop, self.shopper.cart_id)
        try:
            placed = await order_cart(self.shop, cart, form.key, form.order_request())
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
            self.see_other(self.shop.links.order_path(placed.order.number))

    async def _show(
        self, cart: Cart, form: CheckoutForm, news: CheckoutNews | None = None, status: int = HTTPStatus.OK
    ) -> None:
        priced = await cart_desk.priced(self.shop, cart)
        if not priced.lines:
            self.see_other("/cart")
            return
        self.keep_cart(cart)
        prices = self.shop.settings.shipping
        context = checkout_page(priced, prices, form.typed, form.key, news or CheckoutNews())
        today = datetime.now(self.shop.settings.time_zone).date()
        self.page("checkout.html", HTTPStatus(status), arrivals=arrivals(today), **context)
