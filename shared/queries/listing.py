"""The listing: styles by filter and search, a page at a time, with counts beside the filters."""

from dataclasses import dataclass

from shared.db import Reads
from shared.queries.cards import STYLE_COLUMNS, Card, Known, cards_of, some_styles
from shared.queries.facets import Choices, FacetCount, Facets, all_choices, count_categories, count_styles
from shared.queries.listing_filter import ListingQuery, Sql, every, styles_found, variant_tests

__all__ = [
    "Card",
    "FacetCount",
    "Facets",
    "Listing",
    "ListingQuery",
    "Page",
    "departments",
    "listing",
    "products_after",
    "some_styles",
]

ORDERS = {
    "newest": "s.created_at DESC, s.id DESC",
    "price": "s.price_from_cents, s.id",
    "-price": "s.price_from_cents DESC, s.id DESC",
    "name": "s.name, s.id",
}
BY_SCORE = "w.score DESC, s.name, s.id"


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


async def listing(
    connection: Reads, query: ListingQuery, choices: Choices | None = None, known: Known | None = None
) -> Listing:
    """One page of the styles that are found, in an order without ties.

    Args:
        choices: of the whole catalogue; None: they are asked for.
        known: as in `cards_of`.
    """
    total, facets = await count_styles(connection, query, choices or await all_choices(connection))
    return Listing(
        cards=await _cards(connection, query, known) if (query.page - 1) * query.per_page < total else (),
        total=total,
        page=query.page,
        pages=max(1, -(-total // query.per_page)),
        facets=facets,
    )


async def products_after(
    connection: Reads, query: ListingQuery, cursor: int, limit: int, known: Known | None = None
) -> Page:
    """The styles after a cursor (0 for the first page), which is a page's `next`; sort and page do not count."""
    found = styles_found(query)
    rows = await connection.rows(
        f"SELECT {STYLE_COLUMNS} {found.text} AND s.id > %s ORDER BY s.id LIMIT %s", (*found.args, cursor, limit + 1)
    )
    following = str(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(cards=await cards_of(connection, rows[:limit], _shown(query), known), next=following)


async def departments(connection: Reads) -> tuple[FacetCount, ...]:
    """How many styles each category has."""
    return await count_categories(connection, ListingQuery())


async def _cards(connection: Reads, query: ListingQuery, known: Known | None) -> tuple[Card, ...]:
    found = styles_found(query)
    order = BY_SCORE if query.sort == "relevance" and query.words else ORDERS.get(query.sort, ORDERS["newest"])
    rows = await connection.rows(
        f"SELECT {STYLE_COLUMNS} {found.text} ORDER BY {order} LIMIT %s OFFSET %s",
        (*found.args, query.per_page, (query.page - 1) * query.per_page),
    )
    return await cards_of(connection, rows, _shown(query), known)


def _shown(query: ListingQuery) -> Sql | None:
    """Which variants' pictures suit the question; None if it asks for no colour."""
    return every(variant_tests(query).values()) if query.colours else None
