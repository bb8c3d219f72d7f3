"""A style as a card of a list: name, price, picture, its sizes and colours."""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass

from shared.db import Reads, Row
from shared.queries.listing_filter import ListingQuery, Sql, styles_found
from shared.queries.sql import in_list

MOST_ROWS = 20_000  # sizes or colours of one page of styles

STYLE_COLUMNS = "s.id, s.slug, s.name, s.category, s.price_from_cents AS price_cents, s.price_to_cents, s.picture"


@dataclass(frozen=True, kw_only=True)
class Card:
    """Sizes in their order, colours in the catalogue's; the picture shows the colour that was looked for, if any."""

    slug: str
    name: str
    category: str
    price_cents: int
    price_to_cents: int
    picture: str
    sizes: tuple[str, ...]
    colours: tuple[str, ...]
    in_stock: bool


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a style is to be had in. The picture is that of the first colour that was looked for, if any."""

    picture: str | None
    sizes: tuple[str, ...]
    colours: tuple[str, ...]
    in_stock: bool


Known = MutableMapping[int, Offer]  # by the style's id


async def cards_of(
    connection: Reads, styles: Sequence[Row], shown: Sql | None = None, known: Known | None = None
) -> tuple[Card, ...]:
    """Make the cards of these rows of STYLE_COLUMNS, in their order.

    Args:
        shown: which variants' pictures are wanted; None for the style's own.
        known: what need not be asked for again, where no picture is chosen; it learns the rest.
    """
    offers: Known = {} if shown or known is None else known
    ids = [style["id"] for style in styles]
    found = {style_id: offers[style_id] for style_id in ids if style_id in offers}
    if missing := [style_id for style_id in ids if style_id not in found]:
        asked = await _offers(connection, missing, shown or Sql("FALSE"))
        offers.update(asked)
        found |= asked
    return tuple(_card(style, found[style["id"]]) for style in styles)


async def _offers(connection: Reads, ids: Sequence[int], shown: Sql) -> dict[int, Offer]:
    colours = await _colours(connection, ids, shown)
    sizes = await connection.rows(
        f"SELECT style_id, size FROM variants WHERE style_id IN ({in_list(ids)}) AND withdrawn_at IS NULL "
        "GROUP BY style_id, size ORDER BY MIN(size_rank), size LIMIT %s",
        (*ids, MOST_ROWS),
    )
    return {style_id: _offer(_of(style_id, sizes), _of(style_id, colours)) for style_id in ids}


async def some_styles(connection: Reads, category: str | None, limit: int, but: Sequence[str] = ()) -> tuple[Card, ...]:
    """A few styles on sale, newest first, of one category or of all, without those of these slugs."""
    found = styles_found(ListingQuery(category=category))
    others = f" AND s.slug NOT IN ({in_list(but)})" if but else ""
    rows = await connection.rows(
        f"SELECT {STYLE_COLUMNS} {found.text}{others} ORDER BY s.created_at DESC, s.id DESC LIMIT %s",
        (*found.args, *but, limit),
    )
    return await cards_of(connection, rows)


async def _colours(connection: Reads, ids: Sequence[int], shown: Sql) -> list[Row]:
    return await connection.rows(
        f"SELECT v.style_id, v.colour, MIN(v.picture) AS picture, MAX(v.stock > 0) AS in_stock, "
        f"MAX({shown.text}) AS is_shown FROM variants v WHERE v.style_id IN ({in_list(ids)}) "
        "AND v.withdrawn_at IS NULL GROUP BY v.style_id, v.colour ORDER BY MIN(v.id) LIMIT %s",
        (*shown.args, *ids, MOST_ROWS),
    )


def _of(style_id: int, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["style_id"] == style_id]


def _card(style: Row, offer: Offer) -> Card:
    return Card(
        **{name: value for name, value in style.items() if name not in ("id", "picture")},
        picture=offer.picture or style["picture"],
        sizes=offer.sizes,
        colours=offer.colours,
        in_stock=offer.in_stock,
    )


def _offer(sizes: Sequence[Row], colours: Sequence[Row]) -> Offer:
    return Offer(
        picture=next((row["picture"] for row in colours if row["is_shown"]), None),
        sizes=tuple(row["size"] for row in sizes),
        colours=tuple(row["colour"] for row in colours),
        in_stock=any(row["in_stock"] for row in colours),
    )
