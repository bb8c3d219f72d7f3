"""The filters of the listing as links: each applied one removes itself, pages keep them all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from shared.domain.money import euros
from shared.queries.listing import FacetCount
from storefront.forms.listing import ShopQuery
from storefront.views.categories import label

Pairs = tuple[tuple[str, str], ...]
SORTS = (("newest", "Newest"), ("price", "Price, low to high"), ("-price", "Price, high to low"), ("name", "Name"))


@dataclass(frozen=True)
class Applied:
    """A filter that is on: its words, and where the shop is without it."""

    words: str
    url: str


@dataclass(frozen=True)
class Choice:
    """A value of a filter, how many styles it would show, and whether it is on."""

    value: str
    count: int
    is_on: bool


def price_text(cents: int | None) -> str:
    """Cents as typed into a price field: 4900 is "49", 4990 is "49.90"."""
    if cents is None:
        return ""
    return f"{cents // 100}" if cents % 100 == 0 else f"{cents / 100:.2f}"


def pairs(query: ShopQuery) -> Pairs:
    """The query string of these filters, without page and without what is not set."""
    listed = [
        ("q", query.q.strip()),
        ("category", query.category),
        *(("size", size) for size in query.size),
        *(("colour", colour) for colour in query.colour),
        ("price_min", price_text(query.price_min)),
        ("price_max", price_text(query.price_max)),
        ("in_stock", "1" if query.in_stock else ""),
        ("sort", query.sort),
    ]
    return tuple((name, value) for name, value in listed if value)


def shop_url(wanted: Sequence[tuple[str, str]]) -> str:
    return "/shop" + ("?" + urlencode(wanted) if wanted else "")


def page_url(query: ShopQuery, page: int) -> str:
    return shop_url((*pairs(query), *([("page", str(page))] if page > 1 else [])))


def applied(query: ShopQuery) -> list[Applied]:
    """What is filtered by, as links that take it away."""
    every = pairs(query)
    return [
        Applied(words, shop_url([kept for kept in every if kept != pair])) for pair in every for words in _words(*pair)
    ]


def _words(name: str, value: str) -> Iterator[str]:
    cents = round(float(value) * 100) if name.startswith("price_") else 0
    words = {
        "q": f"“{value}”",
        "category": label(value),
        "size": f"Size {value}",
        "colour": value.capitalize(),
        "price_min": f"From {euros(cents)}",
        "price_max": f"Up to {euros(cents)}",
        "in_stock": "In stock",
    }
    if name in words:
        yield words[name]


def choices(counts: Sequence[FacetCount], chosen: Sequence[str]) -> list[Choice]:
    """The values of a filter; a chosen one stays to be seen even when nothing has it."""
    known = {count.value for count in counts}
    listed = [Choice(count.value, count.count, count.value in chosen) for count in counts]
    return listed + [Choice(value, 0, True) for value in dict.fromkeys(chosen) if value not in known]


def sorts(query: ShopQuery) -> tuple[tuple[str, str], ...]:
    """The orders to choose from; the one that goes without saying comes first, and stays out of the address."""
    return (("", "Best match"), *SORTS) if query.q.strip() else (("", "Newest"), *SORTS[1:])
