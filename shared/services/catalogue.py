"""Changing what is sold: a variant's price, its stock, and whether it is on sale."""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.db import Connection, Database
from shared.errors import FieldError, Invalid, NotFound
from shared.queries.assortment import ShelfVariant, lock_variant, refresh_price_ranges, write_variant
from shared.queries.stock import StockMove, record_moves
from shared.queries.variant_events import VariantEvent, insert_variant_events

MOST_CENTS = 100_000_000
MOST_STOCK = 1_000_000


@dataclass(frozen=True, kw_only=True)
class VariantChange:
    """What to change of a variant; None leaves it as it is."""

    price_cents: int | None = None
    stock: int | None = None
    withdrawn: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Changed:
    was: ShelfVariant
    now: ShelfVariant


async def change_variant(database: Database, sku: str, change: VariantChange, who: str) -> Changed:
    """Change a variant, with a row in the stock ledger and events of who did it; the same again changes nothing.

    Raises:
        NotFound: no variant has this SKU.
        Invalid: a price or a stock that cannot be; names the field.
    """
    _check(change)

    async def work(connection: Connection) -> Changed:
        was = await lock_variant(connection, sku)
        if was is None:
            raise NotFound(f"There is no variant {sku}.")
        now = _after(was, change)
        if now != was:
            await _write(connection, was, now, who)
        return Changed(was=was, now=now)

    return await database.retrying(work)


def _check(change: VariantChange) -> None:
    faults = []
    if change.price_cents is not None and not 1 <= change.price_cents <= MOST_CENTS:
        faults.append(FieldError("price_cents", f"From 1 to {MOST_CENTS} cents."))
    if change.stock is not None and not 0 <= change.stock <= MOST_STOCK:
        faults.append(FieldError("stock", f"From 0 to {MOST_STOCK} pieces."))
    if faults:
        raise Invalid(errors=faults)


def _after(was: ShelfVariant, change: VariantChange) -> ShelfVariant:
    return ShelfVariant(
        sku=was.sku,
        style_id=was.style_id,
        price_cents=was.price_cents if change.price_cents is None else change.price_cents,
        stock=was.stock if change.stock is None else change.stock,
        withdrawn=was.withdrawn if change.withdrawn is None else change.withdrawn,
    )


async def _write(connection: Connection, was: ShelfVariant, now: ShelfVariant, who: str) -> None:
    await write_variant(connection, was, now)
    if now.stock != was.stock:
        ref = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        await record_moves(connection, [StockMove(now.sku, "set", ref, now.stock - was.stock)])
    await refresh_price_ranges(connection, [now.style_id])
    await insert_variant_events(connection, now.sku, who, _events(was, now))


def _events(was: ShelfVariant, now: ShelfVariant) -> list[VariantEvent]:
    events = []
    if now.price_cents != was.price_cents:
        events.append(VariantEvent("price.changed", was.price_cents, now.price_cents))
    if now.stock != was.stock:
        events.append(VariantEvent("stock.set", was.stock, now.stock))
    if now.withdrawn != was.withdrawn:
        events.append(VariantEvent("variant.withdrawn" if now.withdrawn else "variant.offered"))
    return events
