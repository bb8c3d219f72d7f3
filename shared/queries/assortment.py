"""Writing the catalogue: styles and variants in bulk, and the price range that a style keeps of its variants."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass
from datetime import datetime

from shared.db import EVERYTHING, Connection
from shared.errors import Unavailable
from shared.queries.sql import in_list
from shared.queries.stock import note_stock

SEED_WAIT_S = 6  # less than a statement may take


@dataclass(frozen=True, kw_only=True)
class NewStyle:
    """A row of `styles`, in the order of its columns."""

    slug: str
    name: str
    category: str
    audience: str
    description: str
    material: str
    picture: str
    vat_bp: int
    price_from_cents: int
    price_to_cents: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewVariant:
    """A row of `variants`, in the order of its columns."""

    sku: str
    style_id: int
    colour: str
    size: str
    size_rank: int
    price_cents: int
    stock: int
    picture: str


@dataclass(frozen=True, kw_only=True)
class ShelfVariant:
    """What may change of a variant while it is on sale; the price in cents."""

    sku: str
    style_id: int
    price_cents: int
    stock: int
    withdrawn: bool


@asynccontextmanager
async def seeding_alone(connection: Connection) -> AsyncIterator[None]:
    """Keep other seeds out: bulk writes of the same rows from both ends would only meet in deadlocks.

    Raises:
        Unavailable: another seed has been writing for longer than we wait.
    """
    row = await connection.row("SELECT GET_LOCK('seed', %s) AS got", (SEED_WAIT_S,))
    if row is None or row["got"] != 1:
        raise Unavailable("Another seed is under way.")
    try:
        yield
    finally:
        await connection.row("SELECT RELEASE_LOCK('seed') AS released")


async def put_styles(connection: Connection, styles: Sequence[NewStyle]) -> dict[str, int]:
    """Write styles; those that are there keep their prices, VAT and age. Returns their ids by slug."""
    await connection.many(
        "INSERT INTO styles (slug, name, category, audience, description, material, picture, vat_bp, "
        "price_from_cents, price_to_cents, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
        "ON DUPLICATE KEY UPDATE name = VALUES(name), category = VALUES(category), audience = VALUES(audience), "
        "description = VALUES(description), material = VALUES(material), picture = VALUES(picture)",
        [astuple(style) for style in styles],
    )
    connection.makes_stale(EVERYTHING)
    slugs = [style.slug for style in styles]
    rows = await connection.rows(f"SELECT id, slug FROM styles WHERE slug IN ({in_list(slugs)})", slugs)
    return {row["slug"]: row["id"] for row in rows}


async def put_variants(connection: Connection, variants: Sequence[NewVariant]) -> None:
    """Write variants; those that are there keep their price and stock."""
    await connection.many(
        "INSERT INTO variants (sku, style_id, colour, size, size_rank, price_cents, stock, picture) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) "
        "ON DUPLICATE KEY UPDATE size_rank = VALUES(size_rank), picture = VALUES(picture)",
        [astuple(variant) for variant in variants],
    )


async def lock_stock(connection: Connection, skus: Sequence[str]) -> dict[str, int]:
    """What is left of the variants that exist, by SKU; nobody else takes any until the transaction ends."""
    if not skus:
        return {}
    rows = await connection.rows(
        f"SELECT sku, stock FROM variants WHERE sku IN ({in_list(skus)}) ORDER BY sku FOR UPDATE",
        sorted(skus),
    )
    return {row["sku"]: row["stock"] for row in rows}


async def set_stock(connection: Connection, skus: Sequence[str], stock: int) -> None:
    """Give each of the variants so many pieces; their rows are locked by `lock_stock`."""
    if skus:
        await connection.execute(
            f"UPDATE variants SET stock = %s WHERE sku IN ({in_list(skus)})",
            (stock, *skus),
        )


async def lock_variant(connection: Connection, sku: str) -> ShelfVariant | None:
    """A variant that nobody else changes until the transaction ends."""
    if not sku.isascii():  # cannot be compared with the column
        return None
    row = await connection.row(
        "SELECT sku, style_id, price_cents, stock, withdrawn_at IS NOT NULL AS withdrawn FROM variants "
        "WHERE sku = %s FOR UPDATE",
        (sku,),
    )
    return ShelfVariant(**row | {"withdrawn": bool(row["withdrawn"])}) if row else None


async def write_variant(connection: Connection, was: ShelfVariant, now: ShelfVariant) -> None:
    """Write what has changed of a locked variant."""
    await connection.execute(
        "UPDATE variants SET price_cents = %s, stock = %s, "
        "withdrawn_at = IF(%s, COALESCE(withdrawn_at, UTC_TIMESTAMP(6)), NULL) WHERE sku = %s",
        (now.price_cents, now.stock, now.withdrawn, now.sku),
    )
    note_stock(connection, now.sku, was.stock, now.stock)
    if (now.price_cents, now.withdrawn) != (was.price_cents, was.withdrawn):
        connection.makes_stale(EVERYTHING)


async def refresh_price_ranges(connection: Connection, style_ids: Sequence[int]) -> None:
    """Bring each style's price range up to date with its variants on sale; a style with none keeps its own."""
    if style_ids:
        await connection.execute(
            "UPDATE styles JOIN (SELECT style_id, MIN(price_cents) AS lowest, MAX(price_cents) AS highest "
            f"FROM variants WHERE withdrawn_at IS NULL AND style_id IN ({in_list(style_ids)}) "
            "GROUP BY style_id) AS prices ON prices.style_id = styles.id "
            "SET price_from_cents = lowest, price_to_cents = highest",
            style_ids,
        )
