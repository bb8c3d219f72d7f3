"""Browsing, filtering and searching the seed catalogue in a real database."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.db import Connection, Database
from shared.domain.search import normalise
from shared.errors import Gone, NotFound
from shared.queries.cards import Known
from shared.queries.catalog import product_by_slug, variants_by_sku
from shared.queries.listing import (
    FacetCount,
    Listing,
    ListingQuery,
    departments,
    listing,
    products_after,
    some_styles,
)
from shared.seed.planting import plant
from shared.seed.source import read_catalogue
from tests.factories import add_style, add_variant

SHIRTS = ("linen-shirt", "flannel-shirt", "oxford-shirt")
T_SHIRTS = ("organic-cotton-t-shirt", "breton-t-shirt", "pocket-t-shirt-slub", "dotted-t-shirt")


@pytest_asyncio.fixture
async def shop(database: Database) -> AsyncIterator[Connection]:
    """A connection to a shop with the seed's 36 styles."""
    await plant(database, read_catalogue())
    async with database.writer() as connection:
        yield connection


def slugs(found: Listing) -> tuple[str, ...]:
    return tuple(card.slug for card in found.cards)


def counts(facet: tuple[FacetCount, ...]) -> dict[str, int]:
    return {count.value: count.count for count in facet}


async def search(connection: Connection, typed: str, **filters: Any) -> Listing:
    words = tuple(normalise(typed))
    return await listing(connection, ListingQuery(words=words, sort="relevance", per_page=100, **filters))


async def withdraw(connection: Connection, skus_like: str, colour: str = "%") -> None:
    await connection.execute(
        "UPDATE variants SET withdrawn_at = UTC_TIMESTAMP(6) WHERE sku LIKE %s AND colour LIKE %s", (skus_like, colour)
    )


async def test_the_first_page_shows_24_of_36_styles_in_the_order_of_the_catalogue(shop: Connection) -> None:
    found = await listing(shop, ListingQuery())

    assert (found.total, found.page, found.pages, len(found.cards)) == (36, 1, 2, 24)
    assert slugs(found)[:4] == T_SHIRTS
    card = found.cards[0]
    assert (card.name, card.category) == ("Organic cotton T-shirt", "tops")
    assert (card.price_cents, card.price_to_cents) == (2400, 2400)
    assert card.sizes == ("XS", "S", "M", "L", "XL", "XXL")
    assert card.colours == ("navy", "chalk", "sage", "terracotta")
    assert card.picture == "pictures/organic-cotton-t-shirt-navy.svg"
    assert card.in_stock


async def test_pages_hold_every_style_once_and_beyond_the_end_there_is_none(shop: Connection) -> None:
    pages = [await listing(shop, ListingQuery(page=page, sort="-price")) for page in (1, 2, 3, 10_000)]

    assert [len(page.cards) for page in pages] == [24, 12, 0, 0]
    assert len({slug for page in pages for slug in slugs(page)}) == 36
    assert {(page.total, page.pages) for page in pages} == {(36, 2)}


async def test_styles_are_sorted(shop: Connection) -> None:
    ends = {
        "newest": ("organic-cotton-t-shirt", "canvas-bag"),
        "price": ("ribbed-socks", "camel-coat"),
        "-price": ("camel-coat", "ribbed-socks"),
        "name": ("bobble-beanie", "wrap-dress"),
        "relevance": ("organic-cotton-t-shirt", "canvas-bag"),  # nothing was searched for: newest first
    }

    for sort, (first, last) in ends.items():
        found = slugs(await listing(shop, ListingQuery(sort=sort, per_page=36)))
        assert (sort, found[0], found[-1]) == (sort, first, last)


async def test_styles_of_one_price_keep_their_order(shop: Connection) -> None:
    await shop.execute("UPDATE styles SET price_from_cents = 1000, name = 'Same'")

    for sort in ("price", "name"):
        found = [slugs(await listing(shop, ListingQuery(sort=sort, page=page, per_page=12))) for page in (1, 2, 3)]
        assert sum(found, ()) == tuple(style.slug for style in read_catalogue())


async def test_counts_beside_the_filters_without_any_filter(shop: Connection) -> None:
    facets = (await listing(shop, ListingQuery())).facets

    assert facets.categories[:2] == (FacetCount("tops", 4), FacetCount("shirts", 4))
    assert sum(counts(facets.categories).values()) == 36
    assert [count.value for count in facets.sizes][:9] == ["one size", "XS", "S", "M", "L", "XL", "XXL", "26", "28"]
    assert [count.value for count in facets.sizes][11:16] == ["34", "36", "36-38", "37", "38"]
    assert (counts(facets.sizes)["M"], counts(facets.sizes)["one size"], counts(facets.sizes)["36"]) == (16, 6, 11)
    assert [count.value for count in facets.colours] == sorted(counts(facets.colours))
    assert len(facets.colours) == 22
    assert (facets.in_stock, facets.price_min_cents, facets.price_max_cents) == (36, 1600, 27900)
    assert await departments(shop) == facets.categories


async def test_counts_obey_every_filter_but_their_own_group(shop: Connection) -> None:
    query = ListingQuery(category="shirts", colours=("rose",), price_max_cents=5400)

    found = await listing(shop, query)

    assert slugs(found) == ("dotted-blouse",)
    assert found.facets.categories == (FacetCount("tops", 1), FacetCount("shirts", 1))
    assert counts(found.facets.colours) == {"midnight": 1, "rose": 1}
    assert counts(found.facets.sizes) == dict.fromkeys(("XS", "S", "M", "L", "XL", "XXL"), 1)
    assert (found.facets.price_min_cents, found.facets.price_max_cents) == (5200, 5500)


async def test_the_facet_counts_are_what_choosing_them_would_show(shop: Connection) -> None:
    query = ListingQuery(words=("cotton",), colours=("navy", "ecru"), sizes=("M", "L"), in_stock=True)

    facets = (await listing(shop, query)).facets

    for size in facets.sizes:
        chosen = ListingQuery(words=("cotton",), colours=("navy", "ecru"), sizes=(size.value,), in_stock=True)
        assert (size.value, (await listing(shop, chosen)).total) == (size.value, size.count)
    for colour in facets.colours:
        chosen = ListingQuery(words=("cotton",), colours=(colour.value,), sizes=("M", "L"), in_stock=True)
        assert (colour.value, (await listing(shop, chosen)).total) == (colour.value, colour.count)


async def test_one_and_the_same_variant_must_have_the_size_the_colour_and_the_stock(database: Database) -> None:
    async with database.writer() as shop:
        style_id = await add_style(shop)
        for sku, colour, size, stock in (("A", "navy", "M", 0), ("B", "navy", "L", 3), ("C", "camel", "M", 2)):
            await shop.execute(
                "INSERT INTO variants (sku, style_id, colour, size, size_rank, price_cents, stock, picture) "
                "VALUES (%s, %s, %s, %s, 1, 100, %s, 'pictures/x.svg')",
                (sku, style_id, colour, size, stock),
            )

        navy_m = await listing(shop, ListingQuery(colours=("navy",), sizes=("M",)))
        left = await listing(shop, ListingQuery(colours=("navy",), sizes=("M",), in_stock=True))

    assert (navy_m.total, navy_m.facets.in_stock) == (1, 0)
    assert (left.total, left.cards, left.facets.in_stock) == (0, (), 0)
    assert counts(left.facets.sizes) == {"L": 1}
    assert counts(left.facets.colours) == {"camel": 1}


async def test_in_stock_leaves_out_what_is_sold_out(shop: Connection) -> None:
    await shop.execute("UPDATE variants SET stock = 0 WHERE sku LIKE %s", ("WC%",))

    everything = await listing(shop, ListingQuery(category="outerwear"))
    left = await listing(shop, ListingQuery(category="outerwear", in_stock=True))

    assert slugs(everything) == ("wool-coat", "camel-coat", "checked-coat")
    assert [card.in_stock for card in everything.cards] == [False, True, True]
    assert slugs(left) == ("camel-coat", "checked-coat")
    assert everything.facets.in_stock == left.facets.in_stock == 2


async def test_prices_are_cents_and_both_ends_count(shop: Connection) -> None:
    found = await listing(shop, ListingQuery(price_min_cents=6900, price_max_cents=7600, sort="price"))

    assert slugs(found) == ("pleated-skirt", "canvas-sneaker", "canvas-bag", "ribbed-jumper", "cord-trousers")
    assert (await listing(shop, ListingQuery(price_min_cents=7600, price_max_cents=6900))).total == 0
    assert (found.facets.price_min_cents, found.facets.price_max_cents) == (1600, 27900)


async def test_a_card_shows_the_colour_that_was_looked_for(shop: Connection) -> None:
    found = await listing(shop, ListingQuery(category="tops", colours=("Rose", "navy")))

    assert [card.picture for card in found.cards] == [
        "pictures/organic-cotton-t-shirt-navy.svg",
        "pictures/breton-t-shirt-navy.svg",
        "pictures/dotted-t-shirt-rose.svg",
    ]


async def test_a_withdrawn_style_or_variant_is_nowhere_in_the_listing(shop: Connection) -> None:
    await shop.execute("UPDATE styles SET withdrawn_at = UTC_TIMESTAMP(6) WHERE slug = 'merino-jumper'")
    await withdraw(shop, "LJ%")
    await withdraw(shop, "SJ%", "navy")

    found = await listing(shop, ListingQuery(category="knitwear"))

    assert slugs(found) == ("striped-jumper", "ribbed-jumper")
    assert found.cards[0].colours == ("ecru",)
    assert (found.total, counts(found.facets.categories)["knitwear"]) == (2, 2)
    assert (await search(shop, "jumper navy")).total == 1  # the word stays until the style is indexed again
    assert "burgundy" not in counts(found.facets.colours)


async def test_what_shoppers_type_finds_what_they_mean(shop: Connection) -> None:
    meant = {
        "overcoat": {"camel-coat"},
        "coat": {"wool-coat", "camel-coat", "checked-coat"},
        "t-shirt": {*T_SHIRTS, "flannel-shirt"},
        "dresses": {"wrap-dress", "tea-dress", "dotted-dress"},
        "scarves": {"wool-scarf", "plain-scarf"},
        "jeans": {"slim-jeans", "straight-jeans"},
        "MERINO jumper": {"merino-jumper", "striped-jumper"},
        '"wool coat"': {"wool-coat", "camel-coat", "checked-coat"},
        "needlecord": {"cord-trousers"},
        "men shirt linen": {"pocket-t-shirt-slub"},
        "kids": {"striped-hoodie", "striped-beanie"},
        "no such thing": set(),
        "ecovero": {"dotted-blouse", "tea-dress"},
        "cognac bag": {"leather-bag"},
        "42-44 socks": {"ribbed-socks", "walking-socks", "knit-sneaker"},  # a sock-like upper
        "double-breasted": {"wool-coat"},
    }

    for typed, slugs_meant in meant.items():
        assert (typed, set(slugs(await search(shop, typed)))) == (typed, slugs_meant)


async def test_t_shirts_come_before_sweatshirts_which_end_like_them(shop: Connection) -> None:
    found = slugs(await search(shop, "tshirts"))

    assert set(found[:4]) == set(T_SHIRTS)
    assert set(found[4:]) == {"flannel-shirt", "zip-free-hoodie", "striped-hoodie"}


async def test_a_word_in_the_name_comes_before_one_in_the_description(shop: Connection) -> None:
    found = slugs(await search(shop, "coat"))

    assert found == ("checked-coat", "wool-coat", "camel-coat")


async def test_sizes_are_words_too(shop: Connection) -> None:
    assert (await search(shop, "XL")).total == 16
    assert (await search(shop, "38 dress")).total == 3
    assert set(slugs(await search(shop, "xl wool knitwear"))) == {"lambswool-jumper", "ribbed-jumper"}


async def test_search_and_filters_go_together(shop: Connection) -> None:
    found = await search(shop, "shirt", category="shirts", colours=("rose",))

    assert slugs(found) == ("oxford-shirt", "dotted-blouse")
    assert counts(found.facets.categories) == {"shirts": 2, "tops": 1}


async def test_a_question_without_words_finds_everything(shop: Connection) -> None:
    for typed in ("", '+-*"<>()~@%_\\', "%", "'"):
        assert (typed, (await search(shop, typed)).total) == (typed, 36)


async def test_words_that_were_not_normalised_are_taken_literally(shop: Connection) -> None:
    for word in ("%", "_", "100%", "c_at", "\\", "%%%%", "a\\%", "'; DROP TABLE styles; --", "☕"):
        assert (word, (await listing(shop, ListingQuery(words=(word,)))).total) == (word, 0)


async def test_values_that_the_catalogue_does_not_know_find_nothing(shop: Connection) -> None:
    for query in (
        ListingQuery(category="hats"),
        ListingQuery(category="Hüte"),
        ListingQuery(sizes=("XS; --",)),
        ListingQuery(colours=("\x00", "💛")),
    ):
        found = await listing(shop, query)

        assert (found.total, found.pages, found.cards) == (0, 1, ())


async def test_no_question_is_a_fault(shop: Connection) -> None:
    examples: list[tuple[str, str]] = []

    @settings(max_examples=60, database=None, suppress_health_check=list(HealthCheck))
    @given(st.text(max_size=120), st.text(max_size=30))
    def collect(typed: str, value: str) -> None:
        examples.append((typed, value))

    collect()
    for typed, value in [*examples, ('+-*"<>()~@%_\\ coat' * 20, "%"), ("a b c d e f g h i j", "\\")]:
        words = tuple(normalise(typed))
        raw = tuple(typed.split())[:8]
        for query in (
            ListingQuery(words=words, sort="relevance"),
            ListingQuery(words=raw, sizes=(value,), sort=value),
            ListingQuery(category=value, colours=(value, "navy"), in_stock=True),
        ):
            found = await listing(shop, query)

            assert 0 <= found.total <= 36


async def test_an_empty_shop_has_an_empty_listing(database: Database) -> None:
    async with database.writer() as connection:
        found = await listing(connection, ListingQuery(words=("coat",)))

    assert (found.cards, found.total, found.pages) == ((), 0, 1)
    assert found.facets.sizes == found.facets.colours == found.facets.categories == ()
    assert (found.facets.price_min_cents, found.facets.price_max_cents) == (0, 0)


async def test_the_cursor_walks_through_every_style_once(shop: Connection) -> None:
    seen: list[str] = []
    cursor: str | None = "0"
    while cursor is not None:
        page = await products_after(shop, ListingQuery(), int(cursor), 10)
        seen += [card.slug for card in page.cards]
        cursor = page.next

    assert seen == [style.slug for style in read_catalogue()]


async def test_the_cursor_keeps_to_search_and_filters(shop: Connection) -> None:
    first = await products_after(shop, ListingQuery(words=("shirt",), colours=("rose",)), 0, 2)
    assert first.next is not None
    second = await products_after(shop, ListingQuery(words=("shirt",), colours=("rose",)), int(first.next), 2)

    assert [card.slug for card in first.cards] == ["dotted-t-shirt", "oxford-shirt"]
    assert [card.slug for card in second.cards] == ["dotted-blouse"]
    assert second.next is None


async def test_a_card_is_the_same_of_what_is_known_of_its_style(shop: Connection) -> None:
    known: Known = {}
    asked = await listing(shop, ListingQuery(words=("shirt",)), known=known)
    await shop.execute("UPDATE variants SET stock = 0")

    told = await listing(shop, ListingQuery(words=("shirt",)), known=known)
    page = await products_after(shop, ListingQuery(words=("shirt",)), 0, 100, known)

    assert len(asked.cards) == 10
    assert told.cards == asked.cards
    assert set(page.cards) == set(asked.cards)


async def test_a_picture_of_the_colour_that_is_looked_for_is_not_taken_from_what_is_known(shop: Connection) -> None:
    known: Known = {}
    await listing(shop, ListingQuery(words=("shirt",)), known=known)
    before = dict(known)

    found = await listing(shop, ListingQuery(words=("shirt",), colours=("rose",)), known=known)

    assert found.cards == (await listing(shop, ListingQuery(words=("shirt",), colours=("rose",)))).cards
    assert known == before


async def test_some_styles_are_the_newest_of_a_category_without_those_shown_already(shop: Connection) -> None:
    found = await some_styles(shop, "shirts", 2, but=("linen-shirt",))

    assert [card.slug for card in found] == ["flannel-shirt", "oxford-shirt"]
    assert [card.slug for card in await some_styles(shop, None, 3)] == list(T_SHIRTS[:3])
    assert await some_styles(shop, "no-such", 3) == ()


async def test_a_product_lists_its_variants_by_colour_and_size(shop: Connection) -> None:
    product = await product_by_slug(shop, "ribbed-socks")

    assert (product.name, product.category, product.vat_bp) == ("Ribbed socks, two pairs", "accessories", 1900)
    assert (product.price_from_cents, product.price_to_cents) == (1600, 1600)
    assert product.colours == ("forest", "brick", "navy")
    assert [(variant.colour, variant.size) for variant in product.variants][:5] == [
        ("forest", "36-38"),
        ("forest", "39-41"),
        ("forest", "42-44"),
        ("forest", "45-47"),
        ("brick", "36-38"),
    ]


@pytest.mark.parametrize(
    ("stock", "availability"), [(0, "sold_out"), (1, "few"), (5, "few"), (6, "in_stock"), (120, "in_stock")]
)
async def test_availability_tells_how_many_are_left_in_words(database: Database, stock: int, availability: str) -> None:
    sku = await add_variant(database, stock=stock)

    async with database.writer() as connection:
        variants = await variants_by_sku(connection, [sku])

    assert (variants[sku].stock, variants[sku].availability) == (stock, availability)


async def test_an_unknown_product_is_not_found_and_a_withdrawn_one_is_gone(shop: Connection) -> None:
    await shop.execute("UPDATE styles SET withdrawn_at = UTC_TIMESTAMP(6) WHERE slug = 'wool-coat'")
    await withdraw(shop, "LB%")

    for slug in ("no-such", "WOOL-COAT", "mütze", "x" * 300, "\x00", "' OR 1=1"):
        with pytest.raises(NotFound):
            await product_by_slug(shop, slug)
    with pytest.raises(Gone) as gone:
        await product_by_slug(shop, "wool-coat")
    with pytest.raises(Gone):
        await product_by_slug(shop, "leather-bag")

    assert gone.value.members == {"category": "outerwear"}


async def test_variants_are_found_by_sku_and_withdrawn_ones_say_so(shop: Connection) -> None:
    await shop.execute("UPDATE variants SET withdrawn_at = UTC_TIMESTAMP(6) WHERE sku = 'MJ08-FOR-M'")

    found = await variants_by_sku(shop, ["MJ08-FOR-M", "MJ08-NAV-S", "mj08-nav-s", "NO-SUCH", "ÄÖ", "\x00", "X" * 500])

    assert sorted(found) == ["MJ08-FOR-M", "MJ08-NAV-S"]
    assert (found["MJ08-FOR-M"].withdrawn, found["MJ08-FOR-M"].availability) == (True, "sold_out")
    navy = found["MJ08-NAV-S"]
    assert (navy.slug, navy.colour, navy.size, navy.price_cents, navy.withdrawn) == (
        "merino-jumper", "navy", "S", 8900, False,
    )  # fmt: skip
    assert await variants_by_sku(shop, []) == {}
