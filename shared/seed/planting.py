"""Writes the seed into the database, one transaction for each copy of the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from shared.db import Connection, Database
from shared.domain.search import index_words
from shared.queries.assortment import (
    NewStyle,
    NewVariant,
    lock_stock,
    put_styles,
    put_variants,
    refresh_price_ranges,
    seeding_alone,
    set_stock,
)
from shared.queries.search import index_styles
from shared.queries.stock import StockMove, record_moves
from shared.seed.sizes import size_rank
from shared.seed.source import SeedStyle, copy_suffix

VAT_BP = 1900
APART = timedelta(minutes=1)  # between two styles' ages, so that "newest" is the order of the file


@dataclass(frozen=True)
class Planted:
    """What a run did; counts of styles and variants that it wrote, and how many of the variants were new."""

    styles: int
    variants: int
    new_variants: int


@dataclass(frozen=True)
class Planting:
    """One run: what it plants, when, and how many pieces of each (None: as in the catalogue, and only at first)."""

    styles: Sequence[SeedStyle]
    now: datetime
    stock: int | None = None

    @property
    def ref(self) -> str:
        """The run in the stock ledger."""
        return self.now.strftime("%Y%m%dT%H%M%S.%f")


async def plant(database: Database, styles: Sequence[SeedStyle], scale: int = 1, stock: int | None = None) -> Planted:
    """Write the catalogue `scale` times; what is there already keeps its price, and its stock unless one is given."""
    planting = Planting(styles, datetime.now(UTC).replace(tzinfo=None), stock)
    words = {style.slug: index_words(style.words_by_field()) for style in styles}
    new = 0
    for copy in range(1, scale + 1):
        new += await database.retrying(partial(_plant_copy, planting=planting, copy=copy, words=words))
    return Planted(scale * len(styles), scale * sum(len(style.variants) for style in styles), new)


async def _plant_copy(connection: Connection, planting: Planting, copy: int, words: dict[str, dict[str, int]]) -> int:
    """Write one copy, while no other seed does; returns how many variants are new."""
    async with seeding_alone(connection):
        return await _write_copy(connection, planting, copy, words)


async def _write_copy(connection: Connection, planting: Planting, copy: int, words: dict[str, dict[str, int]]) -> int:
    suffix = copy_suffix(copy)
    ids = await put_styles(connection, _style_rows(planting, copy))
    variants = [row for style in planting.styles for row in _variant_rows(style, ids[style.slug + suffix], copy)]
    old = await lock_stock(connection, [variant.sku for variant in variants])
    await put_variants(connection, variants)
    moves = {variant.sku: variant.stock for variant in variants if variant.sku not in old}
    if planting.stock is not None:
        await set_stock(connection, [variant.sku for variant in variants], planting.stock)
        moves = {variant.sku: planting.stock - old.get(variant.sku, 0) for variant in variants}
    changed = [StockMove(sku, "seed", planting.ref, delta) for sku, delta in sorted(moves.items()) if delta]
    await record_moves(connection, changed)
    await refresh_price_ranges(connection, list(ids.values()))
    await index_styles(connection, {ids[style.slug + suffix]: words[style.slug] for style in planting.styles})
    return len(variants) - len(old)


def _style_rows(planting: Planting, copy: int) -> list[NewStyle]:
    older = (copy - 1) * len(planting.styles)
    return [
        NewStyle(
            slug=style.slug + copy_suffix(copy),
            name=style.name,
            category=style.category,
            audience=style.audience,
            description=style.description,
            material=style.material,
            picture=style.variants[0].picture,
            vat_bp=VAT_BP,
            price_from_cents=style.price_cents,
            price_to_cents=style.price_cents,
            created_at=planting.now - APART * (older + position),
        )
        for position, style in enumerate(planting.styles)
    ]


def _variant_rows(style: SeedStyle, style_id: int, copy: int) -> list[NewVariant]:
    return [
        NewVariant(
            sku=variant.sku + copy_suffix(copy),
            style_id=style_id,
            colour=variant.colour,
            size=variant.size,
            size_rank=size_rank(variant.size),
            price_cents=style.price_cents,
            stock=variant.stock,
            picture=variant.picture,
        )
        for variant in style.variants
    ]
