"""The listing: styles by filter and search, a page at a time, with counts beside the filters.

A style is found when ONE of its variants has a chosen size, a chosen colour and, if asked for, stock. The counts of a
group obey every filter but the group's own, so that another choice in it shows what it would bring.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.db import Connection, Row
from shared.queries.cards import STYLE_COLUMNS, Card, cards_of, some_styles
from shared.queries.orders import in_list
from shared.queries.search import found_styles

__all__ = [
    "Card",
    "FacetCount",
    "Facets",
    "Listing",
    "ListingQuery",
    "Page",
    "listing",
    "products_after",
    "some_styles",
]

MOST_VALUES = 200  # of one filter
ORDERS = {
    "newest": "s.created_at DESC, s.id DESC",
    "price": "s.price_from_cents, s.id",
    "-price": "s.price_from_cents DESC, s.id",
    "name": "s.name, s.id",
}


@dataclass(frozen=True, kw_only=True)
class ListingQuery:
    """What is looked for; prices in cents, words normalised, sort one of relevance newest price -price name."""

    category: str | None = None
    words: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    price_min_cents: int | None = None
    price_max_cents: int | None = None
    in_stock: bool = False
    sort: str = "newest"
    page: int = 1
    per_page: int = 24


@dataclass(frozen=True)
class FacetCount:
    """How many styles there are with this value."""

    value: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Facets:
    """Counts beside the filters; in_stock counts styles, prices are the range of what is found."""

    categories: tuple[FacetCount, ...]
    sizes: tuple[FacetCount, ...]
    colours: tuple[FacetCount, ...]
    in_stock: int
    price_min_cents: int
    price_max_cents: int


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page; a page beyond the end has no cards."""

    cards: tuple[Card, ...]
    total: int
    page: int
    pages: int
    facets: Facets


@dataclass(frozen=True, kw_only=True)
class Page:
    """Cards in the order in which styles were added; `next` continues, None on the last page."""

    cards: tuple[Card, ...]
    next: str | None


@dataclass(frozen=True)
class _Filter:
    """SQL after FROM, with its arguments in the order of their places."""

    sql: str
    args: tuple[object, ...]
    has_score: bool = False


async def listing(connection: Connection, query: ListingQuery) -> Listing:
    found = _filter(query)
    totals = await connection.row(f"SELECT COUNT(*) AS n FROM {found.sql}", found.args)
    total = int(totals["n"]) if totals else 0
    styles = await connection.rows(
        f"SELECT {STYLE_COLUMNS} FROM {found.sql} ORDER BY {_order(query, found)} LIMIT %s OFFSET %s",
        (*found.args, query.per_page, (query.page - 1) * query.per_page),
    )
    return Listing(
        cards=await cards_of(connection, styles, query.colours),
        total=total,
        page=query.page,
        pages=max(1, -(-total // query.per_page)),
        facets=await _facets(connection, query),
    )


async def products_after(connection: Connection, query: ListingQuery, cursor: int, limit: int) -> Page:
    """The styles after a cursor (0 for the first page), which is a page's `next`; sort and page do not count."""
    found = _filter(query)
    rows = await connection.rows(
        f"SELECT {STYLE_COLUMNS} FROM {found.sql} AND s.id > %s ORDER BY s.id LIMIT %s",
        (*found.args, cursor, limit + 1),
    )
    following = str(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(cards=await cards_of(connection, rows[:limit], query.colours), next=following)


def _order(query: ListingQuery, found: _Filter) -> str:
    if query.sort == "relevance" and found.has_score:
        return "w.score DESC, s.name, s.id"
    return ORDERS.get(query.sort, ORDERS["newest"])


def _filter(query: ListingQuery) -> _Filter:
    tables, args = "styles s", list[object]()
    if query.words:
        words = found_styles(query.words)
        tables += f" JOIN ({words.sql}) w ON w.style_id = s.id"
        args += words.args
    conditions: list[tuple[str, Sequence[object]]] = [("s.withdrawn_at IS NULL", ())]
    if query.category:
        conditions.append(("s.category = %s", (query.category,)))
    if query.price_min_cents is not None:
        conditions.append(("s.price_to_cents >= %s", (query.price_min_cents,)))
    if query.price_max_cents is not None:
        conditions.append(("s.price_from_cents <= %s", (query.price_max_cents,)))
    conditions += _variant_condition(query)
    where = " AND ".join(sql for sql, _ in conditions)
    values = (*args, *(value for _, values in conditions for value in values))
    return _Filter(f"{tables} WHERE {where}", values, has_score=bool(query.words))


def _variant_condition(query: ListingQuery) -> list[tuple[str, Sequence[object]]]:
    wanted = [
        *([(f"v.size IN ({in_list(query.sizes)})", query.sizes)] if query.sizes else []),
        *([(f"v.colour IN ({in_list(query.colours)})", query.colours)] if query.colours else []),
        *([("v.stock > 0", ())] if query.in_stock else []),
    ]
    if not wanted:
        return []
    tests = " AND ".join(["v.style_id = s.id", "v.withdrawn_at IS NULL", *(sql for sql, _ in wanted)])
    return [(f"EXISTS (SELECT 1 FROM variants v WHERE {tests})", [value for _, values in wanted for value in values])]


async def _facets(connection: Connection, query: ListingQuery) -> Facets:
    no_price = _filter(replace(query, price_min_cents=None, price_max_cents=None))
    prices = await connection.row(
        "SELECT MIN(s.price_from_cents) AS lowest, MAX(s.price_to_cents) AS highest, "
        f"COUNT(*) AS n FROM {no_price.sql}",
        no_price.args,
    )
    stocked = _filter(replace(query, in_stock=True))
    in_stock = await connection.row(f"SELECT COUNT(*) AS n FROM {stocked.sql}", stocked.args)
    return Facets(
        categories=await _count_categories(connection, replace(query, category=None)),
        sizes=await _count_variants(connection, query, "size"),
        colours=await _count_variants(connection, query, "colour"),
        in_stock=int(in_stock["n"]) if in_stock else 0,
        price_min_cents=int((prices and prices["lowest"]) or 0),
        price_max_cents=int((prices and prices["highest"]) or 0),
    )


async def _count_categories(connection: Connection, query: ListingQuery) -> tuple[FacetCount, ...]:
    found = _filter(query)
    rows = await connection.rows(
        f"SELECT s.category AS value, COUNT(*) AS n FROM {found.sql} GROUP BY s.category ORDER BY MIN(s.id) LIMIT %s",
        (*found.args, MOST_VALUES),
    )
    return _counts(rows)


async def _count_variants(connection: Connection, query: ListingQuery, column: str) -> tuple[FacetCount, ...]:
    """Styles by size or colour: every filter but the group's own, and of one and the same variant."""
    without = replace(query, sizes=(), colours=(), in_stock=False)
    others = _same_variant(query, column)
    found = _filter(without)
    order = "MIN(v.size_rank)" if column == "size" else "v.colour"
    rows = await connection.rows(
        f"SELECT v.{column} AS value, COUNT(DISTINCT v.style_id) AS n FROM variants v "
        f"WHERE v.withdrawn_at IS NULL {others.sql} AND v.style_id IN (SELECT s.id FROM {found.sql}) "
        f"GROUP BY v.{column} ORDER BY {order}, v.{column} LIMIT %s",
        (*others.args, *found.args, MOST_VALUES),
    )
    return _counts(rows)


def _same_variant(query: ListingQuery, column: str) -> _Filter:
    kept = query.colours if column == "size" else query.sizes
    other = "colour" if column == "size" else "size"
    sql = f"AND v.{other} IN ({in_list(kept)})" if kept else ""
    return _Filter(sql + (" AND v.stock > 0" if query.in_stock else ""), tuple(kept))


def _counts(rows: Sequence[Row]) -> tuple[FacetCount, ...]:
    return tuple(FacetCount(row["value"], int(row["n"])) for row in rows)
