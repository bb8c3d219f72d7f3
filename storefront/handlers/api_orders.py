"""The API's calls about orders."""

from dataclasses import replace
from http import HTTPStatus
from typing import ClassVar

from shared.domain.countries import Address, tidy_address
from shared.domain.shipping import ShippingMethod
from shared.errors import FieldError, Invalid, KeyMissing
from shared.services.checkout import OrderRequest
from storefront import cart_desk
from storefront.api import shapes
from storefront.api.models import AddressFields, OrderToPlace
from storefront.forms.addresses import address_faults
from storefront.handlers.api import ApiHandler
from storefront.order_readers import readable_order
from storefront.ordering import after_order, order_cart

KEY, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"


class OrdersApi(ApiHandler):
    is_ordering: ClassVar[bool] = True

    async def post(self) -> None:
        key = self.token_header(KEY)
        if key is None:
            raise KeyMissing
        request = replace(_request(self.read(OrderToPlace)), user_id=await self.user_id())
        cart = await cart_desk.read_cart(self.shop, self.shopper.cart)
        placed = await order_cart(self.shop, cart, key, request)
        if placed.replayed:
            self.set_header(REPLAYED, "true")
        self.keep_cart(after_order(cart, placed))
        self.set_header("Location", f"/api/v1/orders/{placed.order.number}")
        self.answer(shapes.order(placed.order, self.shop.links), HTTPStatus.CREATED)


class OrderApi(ApiHandler):
    async def get(self, number: str) -> None:
        order = await readable_order(self, number, self.query.get("key"))
        self.answer(shapes.order(order, self.shop.links))


def _request(wish: OrderToPlace) -> OrderRequest:
    """What the order's service takes; the rules that a type cannot tell are checked here, all at once."""
    shipping, billing = _address(wish.shipping_address), wish.billing_address and _address(wish.billing_address)
    faults = address_faults(shipping, "shipping_address.")
    faults += address_faults(billing, "billing_address.") if billing else []
    if wish.payment.token is not None and wish.payment.method != "card":
        faults.append(FieldError("payment.token", "Only a card has a token."))
    if faults:
        raise Invalid(errors=faults)
    return OrderRequest(
        email=wish.email,
        cart_revision=wish.cart_revision,
        shipping_method=ShippingMethod(wish.shipping_method),
        shipping_address=tidy_address(shipping),
        billing_address=tidy_address(billing) if billing else None,
        payment_method=wish.payment.method,
        payment_token=wish.payment.token,
        total_cents=wish.total_cents,
    )


def _address(fields: AddressFields) -> Address:
    return Address(**fields.model_dump())
