"""What is sold: a style with its variants, and variants by SKU."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.db import Reads, Row
from shared.domain.availability import availability
from shared.errors import Gone, NotFound
from shared.queries.sql import in_list

MOST_VARIANTS = 500  # of one style

VARIANT_COLUMNS = (
    "v.sku, s.slug, s.name, v.colour, v.size, v.price_cents, v.stock, v.picture, s.vat_bp, "
    "(v.withdrawn_at IS NOT NULL OR s.withdrawn_at IS NOT NULL) AS withdrawn"
)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A style in one colour and size; the price in cents, VAT contained; the picture relative to the media root."""

    sku: str
    slug: str
    name: str
    colour: str
    size: str
    price_cents: int
    stock: int
    picture: str
    vat_bp: int
    withdrawn: bool

    @cached_property
    def availability(self) -> str:
        return availability(0 if self.withdrawn else self.stock)


@dataclass(frozen=True, kw_only=True)
class Product:
    """A style with its variants on sale: colours in the order of the catalogue, each with its sizes in order."""

    slug: str
    name: str
    category: str
    audience: str
    description: str
    material: str
    picture: str
    price_from_cents: int
    price_to_cents: int
    vat_bp: int
    variants: tuple[Variant, ...]

    @cached_property
    def colours(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(variant.colour for variant in self.variants))


async def product_by_slug(connection: Reads, slug: str) -> Product:
    """A style and what is on sale of it.

    Raises:
        NotFound: there never was such a style.
        Gone: it, or all there was of it, was withdrawn; `members` names its category.
    """
    if not slug.isascii():  # cannot be compared with the column
        raise NotFound("There is no such style.")
    row = await connection.row(
        "SELECT id, slug, name, category, audience, description, material, picture, price_from_cents, price_to_cents, "
        "vat_bp, withdrawn_at FROM styles WHERE slug = %s",
        (slug,),
    )
    if row is None:
        raise NotFound("There is no such style.")
    style_id, withdrawn_at = row.pop("id"), row.pop("withdrawn_at")
    variants = await connection.rows(
        f"SELECT {VARIANT_COLUMNS} FROM variants v JOIN styles s ON s.id = v.style_id "
        "WHERE v.style_id = %s AND v.withdrawn_at IS NULL ORDER BY "
        "(SELECT MIN(c.id) FROM variants c WHERE c.style_id = v.style_id AND c.colour = v.colour), "
        "v.size_rank, v.id LIMIT %s",
        (style_id, MOST_VARIANTS),
    )
    if withdrawn_at or not variants:
        raise Gone("The style is gone for good.", members={"category": row["category"]})
    return Product(**row, variants=tuple(map(_variant, variants)))


async def variants_by_sku(connection: Reads, skus: Sequence[str]) -> dict[str, Variant]:
    """The variants with these SKUs; unknown ones are missing, withdrawn ones say so."""
    skus = [sku for sku in skus if sku.isascii()]  # others cannot be compared with the column
    if not skus:
        return {}
    rows = await connection.rows(
        f"SELECT {VARIANT_COLUMNS} FROM variants v JOIN styles s ON s.id = v.style_id "
        f"WHERE v.sku IN ({in_list(skus)}) LIMIT %s",
        (*skus, len(skus)),
    )
    return {row["sku"]: _variant(row) for row in rows}


def _variant(row: Row) -> Variant:
    return Variant(**row | {"withdrawn": bool(row["withdrawn"])})
