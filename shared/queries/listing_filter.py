"""What a listing is asked for, as conditions in SQL.

Every filter on variants (size, colour, price, stock) must be met by ONE variant on sale of a style.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.queries.search import found_styles
from shared.queries.sql import in_list

Args = tuple[object, ...]


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
class Sql:
    """A piece of SQL with its arguments, in the order of their places."""

    text: str
    args: Args = ()


def every(tests: Iterable[Sql]) -> Sql:
    """All of these conditions; TRUE when there is none."""
    listed = list(tests)
    args = tuple(arg for test in listed for arg in test.args)
    return Sql(" AND ".join(test.text for test in listed) or "TRUE", args)


def variant_tests(query: ListingQuery) -> dict[str, Sql]:
    """What a variant `v` must meet, by filter: size, colour, stock, price. Filters that are not set are left out."""
    tests = {}
    if query.sizes:
        tests["size"] = Sql(f"v.size IN ({in_list(query.sizes)})", query.sizes)
    if query.colours:
        tests["colour"] = Sql(f"v.colour IN ({in_list(query.colours)})", query.colours)
    if query.in_stock:
        tests["stock"] = Sql("v.stock > 0")
    price = [*_bound(">=", query.price_min_cents), *_bound("<=", query.price_max_cents)]
    if price:
        tests["price"] = every(price)
    return tests


def styles_found(query: ListingQuery, without_category: bool = False) -> Sql:
    """FROM … WHERE …: the styles `s` that are found, with their scores `w` if words are looked for."""
    tables = tables_of(query.words)
    tests = [Sql("s.withdrawn_at IS NULL")]
    if query.category and not without_category:
        tests.append(category_test(query.category))
    variant = every([Sql("v.style_id = s.id"), Sql("v.withdrawn_at IS NULL"), *variant_tests(query).values()])
    # With EXISTS, the optimizer may gather all variants on sale before it looks at the first style.
    tests.append(Sql(f"(SELECT 1 FROM variants v WHERE {variant.text} LIMIT 1) = 1", variant.args))
    where = every(tests)
    return Sql(f"FROM {tables.text} WHERE {where.text}", tables.args + where.args)


def tables_of(words: Sequence[str]) -> Sql:
    """The styles `s`, or those of them in which all words are found, joined with their scores `w`."""
    if not words:
        return Sql("styles s")
    found = found_styles(words)
    return Sql(f"({found.sql}) w JOIN styles s ON s.id = w.style_id", found.args)


def category_test(category: str) -> Sql:
    """The column is ASCII; text of another kind cannot be compared with it, and names no category."""
    return Sql("s.category = %s", (category,)) if category.isascii() else Sql("FALSE")


def _bound(sign: str, cents: int | None) -> list[Sql]:
    return [] if cents is None else [Sql(f"v.price_cents {sign} %s", (cents,))]
