"""Placing an order: one transaction, once, whatever is posted how often.

The messages are sent by the caller after the commit; should that fail, the sweep sends them.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from shared import crash, log
from shared.db import Connection, Database, is_duplicate
from shared.domain.cart import Cart
from shared.domain.countries import Address
from shared.domain.emails import normalise_email
from shared.domain.load_runs import run_of_cart
from shared.domain.numbers import new_order_number
from shared.domain.priced_cart import PricedCart
from shared.domain.pricing import PricedLine, Totals, total
from shared.domain.shipping import ShippingMethod, ShippingPrices
from shared.errors import CartChanged, CartEmpty, CartOrdered, Change, KeyReused, SoldOut, Unavailable
from shared.messages import ORDERS, PROCESS_ORDER, Message
from shared.queries.order_view import OrderView
from shared.queries.orders import begun_order_by_number, orders_with_key_or_revision
from shared.queries.placing import ORDER, NewOrder, is_raced, placing, stale_after, telling
from shared.queries.steps import NewStep
from shared.queries.users import check_run_of
from shared.services.as_placed import as_placed, just_placed
from shared.services.cart_prices import SHIPPING, price_cart, price_changes, shortages

FIRST_LOOK_S = 30  # when the provider is first asked about a hosted payment whose callback has not come
TRIES = 5  # each means that stock, a price or a number changed between looking and taking


@dataclass(frozen=True, kw_only=True)
class OrderRequest:
    """What a shopper wants. Money in it only says what was shown; it never sets a price."""

    email: str
    cart_revision: int
    shipping_method: ShippingMethod
    shipping_address: Address
    payment_method: str
    billing_address: Address | None = None
    payment_token: str | None = None
    total_cents: int | None = None
    seen: Mapping[str, int] = field(default_factory=dict)
    user_id: int | None = None

    @property
    def sha(self) -> str:
        """Tells the same request from another one under the same key; signing in meanwhile changes no request."""
        asked = {name: value for name, value in asdict(self).items() if name != "user_id"}
        return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Placed:
    """The order as it was placed, and the messages to send now; a replay sends none."""

    order: OrderView
    replayed: bool
    messages: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True)
class CheckoutTools:
    database: Database
    shipping: ShippingPrices
    payment_expiry_s: int


async def place_order(tools: CheckoutTools, cart: Cart, key: str, request: OrderRequest) -> Placed:
    """Make an order of a cart, once for each key and once for each revision of the cart.

    Raises:
        KeyReused: the key belongs to another request of this cart.
        CartOrdered: this revision became an order under another key.
        CartEmpty, CartChanged, SoldOut, RunMixed: nothing was placed, and the error says what to show.
        Unavailable: the database is away or too busy.
    """
    for _ in range(TRIES):
        async with tools.database.writer() as connection:
            # Prices come first: where an equal request took the last piece by then, its order is found after that.
            priced = await price_cart(connection, cart)
            before = await _placed_before(connection, cart, key, request)
            if before:
                return before
            if request.user_id is not None:
                await check_run_of(connection, request.user_id, run_of_cart(cart.id))
        try:
            return await _place(tools, cart, priced, key, request)
        except Exception as error:
            if not (is_raced(error) or is_duplicate(error)):
                raise
    raise Unavailable("Others are buying the same things just now.")


async def _placed_before(connection: Connection, cart: Cart, key: str, request: OrderRequest) -> Placed | None:
    if cart.id is None:
        return None
    found = await orders_with_key_or_revision(connection, cart.id, key, request.cart_revision)
    same_key = next((order for order in found if order.checkout_key == key), None)
    if same_key is None:
        if found:
            raise CartOrdered(found[0].number)
        return None
    if same_key.request_sha != request.sha:
        raise KeyReused
    order = await begun_order_by_number(connection, same_key.number)
    return Placed(order=as_placed(order), replayed=True, messages=())


async def _place(tools: CheckoutTools, cart: Cart, priced: PricedCart, key: str, request: OrderRequest) -> Placed:
    totals = _check(tools.shipping, cart, priced, request)
    order = _new_order(tools, priced, key, request, totals)
    crash.here("checkout.before_commit")
    told = await tools.database.at_once(placing(order), telling(order), lambda row: stale_after(order, row))
    crash.here("checkout.after_commit")
    log.note(order_number=order.number)
    message = Message(order.step.queue, order.step.task, told["step_id"], order.headers)
    messages = () if order.step.state == "waiting" else (message,)
    return Placed(order=just_placed(order, told), replayed=False, messages=messages)


def _check(prices: ShippingPrices, cart: Cart, priced: PricedCart, request: OrderRequest) -> Totals:
    """Compare what was shown with what is; return what will be paid."""
    if not cart.quantities:
        raise CartEmpty
    changes = [Change(sku, "gone", quantity, 0) for sku, quantity in _gone(cart, priced).items()]
    if cart.revision != request.cart_revision:
        changes.append(Change(None, "revision", request.cart_revision, cart.revision))
    if not priced.lines:
        raise CartChanged(changes, priced)
    totals = order_totals(priced, request.shipping_method, prices)
    changes += price_changes(priced, request.seen)
    if request.seen.get(SHIPPING, totals.shipping_cents) != totals.shipping_cents:
        changes.append(Change(None, "shipping", request.seen[SHIPPING], totals.shipping_cents))
    if not changes and request.total_cents not in (None, totals.total_cents):
        changes.append(Change(None, "price", request.total_cents, totals.total_cents))
    if changes:
        raise CartChanged(changes, priced)
    if short := shortages(priced):
        raise SoldOut(short)
    return totals


def order_totals(cart: PricedCart, method: ShippingMethod, prices: ShippingPrices) -> Totals:
    """What a cart costs with this kind of shipping; the cart must not be empty."""
    lines = [PricedLine(line.line_total_cents, line.vat_bp) for line in cart.lines]
    return total(lines, prices.cents(method, cart.subtotal_cents))


def _gone(cart: Cart, priced: PricedCart) -> dict[str, int]:
    known = {line.sku for line in priced.lines if not line.withdrawn}
    return {sku: quantity for sku, quantity in cart.quantities.items() if sku not in known}


def _new_order(tools: CheckoutTools, cart: PricedCart, key: str, request: OrderRequest, totals: Totals) -> NewOrder:
    assert cart.id is not None
    test_run = run_of_cart(cart.id)
    number, request_id = new_order_number(of_a_run=test_run is not None), log.bound("request_id") or ""
    return NewOrder(
        number=number,
        cart_id=cart.id,
        checkout_key=key,
        cart_revision=request.cart_revision,
        request_sha=request.sha,
        request_id=request_id,
        email=request.email,
        email_norm=normalise_email(request.email),
        user_id=request.user_id,
        payment_method=request.payment_method,
        payment_token=request.payment_token,
        shipping_method=request.shipping_method,
        totals=totals,
        expires_after_s=tools.payment_expiry_s if request.payment_method == "card" else None,
        test_run=test_run,
        lines=cart.lines,
        addresses=_addresses(request),
        step=_first_step(request),
        headers={"request_id": request_id, "order_number": number},
    )


def _first_step(request: OrderRequest) -> NewStep:
    """Paying comes first; a card that is entered on the provider's page is waited for."""
    step = NewStep(order_id=ORDER, step="payment", queue=ORDERS, task=PROCESS_ORDER)
    is_hosted = request.payment_method == "card" and request.payment_token is None
    return replace(step, state="waiting", first_look_s=FIRST_LOOK_S) if is_hosted else step


def _addresses(request: OrderRequest) -> dict[str, Address]:
    billing = {"billing": request.billing_address} if request.billing_address else {}
    return {"shipping": request.shipping_address, **billing}
