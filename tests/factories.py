"""Things that tests need, with what they do not care about filled in."""

from collections.abc import Mapping
from typing import Any

from shared.db import Connection, Database
from shared.domain.cart import Cart
from shared.domain.countries import Address
from shared.domain.shipping import ShippingMethod, ShippingPrices
from shared.services.checkout import CheckoutTools, OrderRequest, Placed, place_order

BERLIN = Address(
    name="Jana Łukaszewicz", line1="Prinzenstraße 84", line2="", city="Berlin", postcode="10969", country="DE"
)
SHIPPING = ShippingPrices(standard_cents=490, free_from_cents=6000, express_cents=990)


async def add_style(connection: Connection, slug: str = "wool-coat", **changes: Any) -> int:
    row = {
        "name": "Wool coat",
        "category": "outerwear",
        "audience": "women",
        "description": "Warm.",
        "material": "Wool",
        "picture": "pictures/wool-coat-navy.svg",
        "vat_bp": 1900,
        "price_from_cents": 24900,
        "price_to_cents": 24900,
    } | changes
    columns = ", ".join(row)
    return await connection.insert(
        f"INSERT INTO styles (slug, {columns}, created_at) VALUES (%s, {', '.join(['%s'] * len(row))}, "  # noqa: S608
        "UTC_TIMESTAMP(6))",
        (slug, *row.values()),
    )


async def add_variant(
    database: Database, sku: str = "WC14-NAV-M", stock: int = 10, price_cents: int = 24900, **style: Any
) -> str:
    """A style with one variant; its slug is made from the SKU."""
    async with database.transaction() as connection:
        prices = {"price_from_cents": price_cents, "price_to_cents": price_cents}
        style_id = await add_style(connection, slug=sku.lower(), **prices | style)
        await connection.execute(
            "INSERT INTO variants (sku, style_id, colour, size, size_rank, price_cents, stock, picture) "
            "VALUES (%s, %s, 'navy', 'M', 3, %s, %s, 'pictures/wool-coat-navy.svg')",
            (sku, style_id, price_cents, stock),
        )
    return sku


async def stock_of(database: Database, sku: str) -> int:
    async with database.writer() as connection:
        row = await connection.row("SELECT stock FROM variants WHERE sku = %s", (sku,))
    assert row is not None
    return int(row["stock"])


async def count(database: Database, table: str) -> int:
    async with database.writer() as connection:
        row = await connection.row(f"SELECT COUNT(*) AS n FROM {table}")  # noqa: S608
    assert row is not None
    return int(row["n"])


def a_cart(quantities: Mapping[str, int], cart_id: str = "cart-1", revision: int = 1) -> Cart:
    return Cart(cart_id, revision, dict(quantities))


def a_request(**changes: Any) -> OrderRequest:
    fields: dict[str, Any] = {
        "email": "jana@example.com",
        "cart_revision": 1,
        "shipping_method": ShippingMethod.STANDARD,
        "shipping_address": BERLIN,
        "payment_method": "invoice",
    }
    return OrderRequest(**fields | changes)


def checkout_tools(database: Database) -> CheckoutTools:
    return CheckoutTools(database=database, shipping=SHIPPING, payment_expiry_s=3600)


async def place(
    database: Database, quantities: Mapping[str, int], cart_id: str = "cart-1", key: str = "key-1", **changes: Any
) -> Placed:
    request = a_request(**changes)
    cart = a_cart(quantities, cart_id, request.cart_revision)
    return await place_order(checkout_tools(database), cart, key, request)
