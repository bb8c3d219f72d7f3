"""How many styles each choice of a filter would show.

The counts of a group obey every filter but the group's own. All of them come from one pass over the variants: each
style's sizes and colours are gathered as bits of whole numbers, and styles with the same bits are counted together.
Counting distinct styles by group takes a statement a group, and three times as long on 49,000 variants.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.db import Reads, Row
from shared.queries.listing_filter import (
    ListingQuery,
    Sql,
    category_test,
    every,
    styles_found,
    tables_of,
    variant_tests,
)

MOST_VALUES = 240  # of one filter
MOST_ROWS = 50_000  # one for each kind of style, by what it is and has; never more than there are styles
BITS = 60  # of a 64-bit number; FIELD gives 0 for a value of another number, so bit 0 stays unread


@dataclass(frozen=True)
class FacetCount:
    """How many styles there are with this value."""

    value: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Facets:
    """Counts beside the filters; in_stock counts styles, prices are the range of what is found at any price."""

    categories: tuple[FacetCount, ...]
    sizes: tuple[FacetCount, ...]
    colours: tuple[FacetCount, ...]
    in_stock: int
    price_min_cents: int
    price_max_cents: int


@dataclass(frozen=True)
class Choices:
    """All sizes and colours of the catalogue, in the order in which filters show them."""

    sizes: tuple[str, ...]
    colours: tuple[str, ...]


@dataclass(frozen=True)
class _Bits:
    """Up to BITS values of one column of variants, as bits of the column `name`, from bit 1 on."""

    name: str
    column: str
    values: tuple[str, ...]

    def gathered(self, wanted: Sql) -> Sql:
        # Compared as bytes: the text's collation would make this the dearest part of the pass.
        bit = f"1 << FIELD(CAST(v.{self.column} AS BINARY), {', '.join(['%s'] * len(self.values))})"
        return Sql(f"BIT_OR(CASE WHEN {wanted.text} THEN {bit} ELSE 0 END) AS {self.name}", wanted.args + self.values)

    def counts(self, rows: Sequence[Row]) -> Iterable[FacetCount]:
        for bit, value in enumerate(self.values, start=1):
            count = sum(row["n"] for row in rows if row[self.name] >> bit & 1)
            if count:
                yield FacetCount(value, count)


async def all_choices(connection: Reads) -> Choices:
    return Choices(sizes=await _sizes(connection), colours=await _colours(connection))


async def count_styles(connection: Reads, query: ListingQuery, choices: Choices) -> tuple[int, Facets]:
    """How many styles are found, and the counts beside the filters."""
    groups = [*_split("size", choices.sizes), *_split("colour", choices.colours)]
    gathered = _gather(query, groups)
    alike = ", ".join(["s.category", "found", "stocked", *(bits.name for bits in groups)])
    rows = await connection.rows(
        f"SELECT {alike}, COUNT(*) AS n, MIN(lowest) AS lowest, MAX(highest) AS highest "
        f"FROM ({gathered.text}) o JOIN styles s ON s.id = o.style_id "
        f"WHERE s.withdrawn_at IS NULL GROUP BY {alike} ORDER BY MIN(s.id) LIMIT %s",
        (*gathered.args, MOST_ROWS),
    )
    found = [row for row in rows if row["found"]]
    prices = [row for row in rows if row["lowest"] is not None]
    facets = Facets(
        categories=await count_categories(connection, query) if query.category else _by_category(found),
        sizes=_counts(groups, "size", rows),
        colours=_counts(groups, "colour", rows),
        in_stock=sum(row["n"] for row in rows if row["stocked"]),
        price_min_cents=min((row["lowest"] for row in prices), default=0),
        price_max_cents=max((row["highest"] for row in prices), default=0),
    )
    return sum(row["n"] for row in found), facets


async def count_categories(connection: Reads, query: ListingQuery) -> tuple[FacetCount, ...]:
    """Styles by category, in the order of the catalogue."""
    found = styles_found(query, without_category=True)
    rows = await connection.rows(
        f"SELECT s.category, COUNT(*) AS n {found.text} GROUP BY s.category ORDER BY MIN(s.id) LIMIT %s",
        (*found.args, MOST_VALUES),
    )
    return tuple(FacetCount(row["category"], int(row["n"])) for row in rows)


async def _sizes(connection: Reads) -> tuple[str, ...]:
    rows = await connection.rows(
        "SELECT v.size, MIN(v.size_rank) AS place FROM (SELECT size, MIN(style_id) AS style_id FROM variants "
        "GROUP BY size) one JOIN variants v ON v.size = one.size AND v.style_id = one.style_id "
        "GROUP BY v.size ORDER BY place, v.size LIMIT %s",
        (MOST_VALUES,),
    )
    return tuple(row["size"] for row in rows)


async def _colours(connection: Reads) -> tuple[str, ...]:
    rows = await connection.rows("SELECT DISTINCT colour FROM variants ORDER BY colour LIMIT %s", (MOST_VALUES,))
    return tuple(row["colour"] for row in rows)


def _by_category(rows: Sequence[Row]) -> tuple[FacetCount, ...]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["category"]] = counts.get(row["category"], 0) + row["n"]
    return tuple(FacetCount(category, count) for category, count in counts.items())


def _split(column: str, values: Sequence[str]) -> list[_Bits]:
    return [
        _Bits(f"{column}s{start}", column, tuple(values[start : start + BITS])) for start in range(0, len(values), BITS)
    ]


def _counts(groups: Sequence[_Bits], column: str, rows: Sequence[Row]) -> tuple[FacetCount, ...]:
    return tuple(count for bits in groups if bits.column == column for count in bits.counts(rows))


def _gather(query: ListingQuery, groups: Sequence[_Bits]) -> Sql:
    """What each style has to offer, of category and words, with every other filter as far as it concerns a group."""
    tests = variant_tests(query)

    def all_but(group: str) -> Sql:
        return every(test for name, test in tests.items() if name != group)

    found, stocked, priced = every(tests.values()), all_but("stock"), all_but("price")
    price = f"CASE WHEN {priced.text} THEN v.price_cents END"
    columns = [
        Sql(f"MAX({found.text}) AS found", found.args),
        Sql(f"MAX({stocked.text} AND v.stock > 0) AS stocked", stocked.args),
        Sql(f"MIN({price}) AS lowest, MAX({price}) AS highest", priced.args * 2),
        *(bits.gathered(all_but(bits.column)) for bits in groups),
    ]
    source = _variants_of(query)
    return Sql(
        f"SELECT v.style_id, {', '.join(column.text for column in columns)} FROM {source.text} GROUP BY v.style_id",
        (*(arg for column in columns for arg in column.args), *source.args),
    )


def _variants_of(query: ListingQuery) -> Sql:
    """The variants to look at, in the order that is quick: all of them as they lie, or style by style from those found.

    The optimizer would go by the index of their styles for all, and from all styles for a few: twice the time.
    """
    if not query.category and not query.words:
        return Sql("variants v IGNORE INDEX (one_of_a_kind) WHERE v.withdrawn_at IS NULL")
    tables = tables_of(query.words)
    test = category_test(query.category) if query.category else Sql("TRUE")
    return Sql(
        f"{tables.text} STRAIGHT_JOIN variants v ON v.style_id = s.id WHERE v.withdrawn_at IS NULL AND {test.text}",
        tables.args + test.args,
    )
