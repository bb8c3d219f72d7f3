"""The rows of a new order."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.db import Connection
from shared.domain.countries import Address
from shared.domain.priced_cart import CURRENCY, CartLine
from shared.domain.pricing import Totals


@dataclass(frozen=True, kw_only=True)
class NewOrder:
    """An order before it has an id. Times are set by the database's clock."""

    number: str
    cart_id: str
    checkout_key: str
    cart_revision: int
    request_sha: str
    request_id: str
    email: str
    email_norm: str
    payment_method: str
    shipping_method: str
    totals: Totals
    expires_after_s: int | None
    test_run: str | None


async def insert_order(connection: Connection, order: NewOrder) -> int:
    """Insert the order's row and return its id; a used key, revision or number breaks a UNIQUE key."""
    totals = order.totals
    vat = json.dumps([[line.rate_bp, line.net_cents, line.vat_cents] for line in totals.vat])
    return await connection.insert(
        "INSERT INTO orders (number, cart_id, checkout_key, cart_revision, request_sha, request_id, email, email_norm, "
        "order_status, payment_status, fulfillment_status, return_status, payment_method, shipping_method, currency, "
        "subtotal_cents, shipping_cents, total_cents, due_cents, vat, test_run, placed_at, expires_at) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'pending', 'pending', 'unfulfilled', 'none', %s, %s, %s, "
        "%s, %s, %s, %s, %s, %s, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL %s SECOND)",
        (
            *(order.number, order.cart_id, order.checkout_key, order.cart_revision, order.request_sha),
            *(order.request_id, order.email, order.email_norm),
            *(order.payment_method, order.shipping_method, CURRENCY),
            *(totals.subtotal_cents, totals.shipping_cents, totals.total_cents, totals.total_cents, vat),
            *(order.test_run, order.expires_after_s),
        ),
    )


async def insert_lines(connection: Connection, order_id: int, lines: Sequence[CartLine]) -> None:
    await connection.many(
        "INSERT INTO order_lines (order_id, sku, position, slug, name, colour, size, picture, unit_price_cents, "
        "vat_bp, quantity) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (
                *(order_id, line.sku, position, line.slug, line.name, line.colour, line.size, line.picture),
                *(line.unit_price_cents, line.vat_bp, line.quantity),
            )
            for position, line in enumerate(lines)
        ],
    )


async def insert_addresses(connection: Connection, order_id: int, addresses: Mapping[str, Address]) -> None:
    """Copy the addresses, by kind: shipping, and billing where it is another."""
    await connection.many(
        "INSERT INTO order_addresses (order_id, kind, name, line1, line2, city, postcode, country) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (order_id, kind, place.name, place.line1, place.line2, place.city, place.postcode, place.country)
            for kind, place in addresses.items()
        ],
    )


async def insert_event(
    connection: Connection, order_id: int, what: str, who: str | None = None, why: str | None = None
) -> None:
    """Note what happened; who is a person or None for the shop itself."""
    await connection.execute(
        "INSERT INTO events (order_id, at, what, who, why) VALUES (%s, UTC_TIMESTAMP(6), %s, %s, %s)",
        (order_id, what, who, why),
    )
