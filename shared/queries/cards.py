"""A style as a card of a list: name, price, picture, its sizes and colours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.db import Connection, Row
from shared.queries.orders import in_list

MOST_VARIANTS = 20_000  # of one page of styles

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


async def cards_of(connection: Connection, styles: Sequence[Row], colours: Sequence[str] = ()) -> tuple[Card, ...]:
    """Make the cards of these rows of STYLE_COLUMNS, in their order."""
    if not styles:
        return ()
    ids = [style["id"] for style in styles]
    rows = await connection.rows(
        "SELECT style_id, colour, size, size_rank, picture, stock FROM variants "
        f"WHERE style_id IN ({in_list(ids)}) AND withdrawn_at IS NULL ORDER BY id LIMIT %s",
        (*ids, MOST_VARIANTS),
    )
    variants: dict[int, list[Row]] = {style_id: [] for style_id in ids}
    for row in rows:
        variants[row["style_id"]].append(row)
    return tuple(_card(style, variants[style["id"]], colours) for style in styles)


async def some_styles(
    connection: Connection, category: str | None, limit: int, but: Sequence[str] = ()
) -> tuple[Card, ...]:
    """A few styles on sale, newest first, of one category or of all, without those of these slugs."""
    conditions = ["s.withdrawn_at IS NULL", *(["s.category = %s"] if category else [])]
    conditions += [f"s.slug NOT IN ({in_list(but)})"] if but else []
    rows = await connection.rows(
        f"SELECT {STYLE_COLUMNS} FROM styles s WHERE {' AND '.join(conditions)} "
        "ORDER BY s.created_at DESC, s.id DESC LIMIT %s",
        (*([category] if category else []), *but, limit),
    )
    return await cards_of(connection, rows)


def _card(style: Row, variants: Sequence[Row], wanted_colours: Sequence[str]) -> Card:
    shown: Mapping[str, str] = {variant["colour"]: variant["picture"] for variant in variants}
    picture = next((shown[colour] for colour in wanted_colours if colour in shown), style["picture"])
    sizes = {variant["size"]: variant["size_rank"] for variant in variants}
    return Card(
        **{name: value for name, value in style.items() if name not in ("id", "picture")},
        picture=picture,
        sizes=tuple(sorted(sizes, key=lambda size: sizes[size])),
        colours=tuple(dict.fromkeys(variant["colour"] for variant in variants)),
        in_stock=any(variant["stock"] for variant in variants),
    )
