from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError

from shared.domain.shipping import ShippingPrices
from shared.queries.catalog import Product, Variant
from shared.queries.listing import Card, FacetCount, Facets, Listing
from shared.settings import Seller, Settings
from storefront.assets import Assets
from storefront.fields import Fields
from storefront.forms.listing import read_shop_query
from storefront.handlers.listing import listing_context
from storefront.templates import make_templates
from storefront.views.pager import pager
from storefront.views.product import product_view
from storefront.views.sizes import size_range, size_table

SELLER = Seller(
    name="MyClothes GmbH",
    line1="Webergasse 1",
    postcode="10969",
    city="Berlin",
    country="DE",
    vat_id="DE1",
    iban="DE2",
    bic="B",
    email="hello@example.com",
)
SETTINGS = SimpleNamespace(
    time_zone=ZoneInfo("Europe/Berlin"),
    shipping=ShippingPrices(490, 6000, 990),
    seller=SELLER,
    invoice_due_days=14,
    cart_ttl_s=30 * 86400,
)
CARD = Card(
    slug="merino-jumper",
    name="Merino <jumper>",
    category="knitwear",
    price_cents=8900,
    price_to_cents=8900,
    picture="pictures/m.svg",
    sizes=("XS", "XXL"),
    colours=("navy", "forest"),
    in_stock=True,
)


@pytest.fixture(scope="module")
def templates() -> Any:
    return make_templates(cast(Settings, SETTINGS), Assets.load())


def words(templates: Any, source: Any, **context: Any) -> Any:
    return templates.from_string(source).render(**context)


def test_money_days_moments_rates_and_numbers_read_like_words(templates: Any) -> None:
    moment = datetime(2026, 11, 25, 7, 14, tzinfo=UTC)

    assert words(templates, "{{ -500|euros }}") == "−€5.00"
    assert words(templates, "{{ m|day }}", m=moment) == "Wed 25 November"
    assert words(templates, "{{ m|day }}", m=date(2026, 11, 25)) == "Wed 25 November"
    assert words(templates, "{{ m|moment }}", m=moment) == "25 Nov 08:14"
    assert words(templates, "{{ 1900|rate }}, {{ 550|rate }}") == "19 %, 5.5 %"
    assert words(templates, "{{ 1|plural('piece') }}, {{ 3|plural('piece') }}") == "1 piece, 3 pieces"
    assert words(templates, "{{ 36|spelled }}, {{ 7|spelled }}, {{ 360|spelled }}") == "Thirty-six, Seven, 360"


def test_output_is_escaped_and_a_missing_name_is_an_error(templates: Any) -> None:
    assert words(templates, "{{ x }}", x="<b>&'") == "&lt;b&gt;&amp;&#39;"
    with pytest.raises(UndefinedError):
        words(templates, "{{ nothing }}")


def test_a_card_is_one_link_with_sizes_and_colours(templates: Any) -> None:
    made = words(templates, '{% import "parts.html" as parts %}{{ parts.card(card, 2) }}', card=CARD)

    assert made.count("<a ") == 1
    assert '<h2><a href="/products/merino-jumper">Merino &lt;jumper&gt;</a></h2>' in made
    assert "Sizes XS to XXL" in made
    assert "Colours: navy, forest" in made


def test_a_refused_field_points_to_its_fault(templates: Any) -> None:
    made = words(templates, '{% import "parts.html" as parts %}{{ parts.field("city", "Town", "x", fault="No") }}')

    assert 'aria-invalid="true" aria-describedby="city-fault"' in made
    assert '<span class="fault" id="city-fault">No</span>' in made


def test_the_listing_shows_filters_as_links_that_remove_themselves(templates: Any) -> None:
    wanted = read_shop_query(Fields([("q", "wool"), ("size", "M"), ("price_max", "49.90"), ("page", "2")]))
    facets = Facets(
        categories=(FacetCount("knitwear", 3),),
        sizes=(FacetCount("S", 2),),
        colours=(FacetCount("navy", 1),),
        in_stock=1,
        price_min_cents=1600,
        price_max_cents=27900,
    )
    found = Listing(cards=(CARD,), total=49, page=2, pages=3, facets=facets)

    page = templates.get_template("listing.html").render(**listing_context(wanted, found))

    assert page.count("<h1>") == 1
    assert "<title>All styles for “wool”, page 2 · MyClothes</title>" in page
    assert 'href="/shop?q=wool&amp;price_max=49.90"' in page
    assert 'name="size" value="M" checked' in page
    assert 'href="/shop?q=wool&amp;size=M&amp;price_max=49.90&amp;page=3" rel="next"' in page


@pytest.mark.parametrize("stock", [0, 3, 80])
def test_a_product_page_offers_what_there_is(templates: Any, stock: Any) -> None:
    variant = Variant(
        sku="MJ-NAV-M",
        slug="merino-jumper",
        name="Merino jumper",
        colour="navy",
        size="M",
        price_cents=8900,
        stock=stock,
        picture="pictures/n.svg",
        vat_bp=1900,
        withdrawn=False,
    )
    product = Product(
        slug="merino-jumper",
        name="Merino jumper",
        category="knitwear",
        audience="unisex",
        description="Fine.",
        material="100 % merino",
        picture="pictures/n.svg",
        price_from_cents=8900,
        price_to_cents=8900,
        vat_bp=1900,
        variants=(variant,),
    )

    page = templates.get_template("product.html").render(view=product_view(product, "no-such"), others=(CARD,))

    assert page.count('class="go ') == (1 if stock else 0)
    assert {0: "sold out", 3: "few left", 80: "in stock"}[stock] in page
    assert "operation_id" not in page
    assert 'alt="Merino jumper in navy"' in page


def test_home_texts_and_errors_have_one_heading_and_nothing_inline(templates: Any) -> None:
    pages = [
        templates.get_template("home.html").render(
            total=36, departments=[FacetCount("tops", 4)], hero=(CARD,), warm=(CARD, CARD), small=()
        ),
        *(templates.get_template(f"text_{name}.html").render() for name in ("imprint", "terms", "privacy", "returns")),
        templates.get_template("error.html").render(
            status=404, heading="Gone", text="Away", fields=(), home_url="", styles=()
        ),
    ]

    for page in pages:
        assert page.count("<h1>") == 1
        assert page.count(" · MyClothes</title>") == 1
        assert "style=" not in page
        assert "<script>" not in page
        assert "account" not in page.lower() or "No account needed" in page


def test_sizes_are_told_as_a_range() -> None:
    assert size_range(("36-38", "45-47")) == "Sizes 36 to 47"
    assert size_range(("one size",)) == "One size"
    assert size_range(("M",)) == "Size M"


def test_a_size_table_holds_the_sizes_on_sale() -> None:
    table = size_table("knitwear", ("S", "L"))

    assert table is not None
    assert table.rows[0] == ("Chest", ("90", "104"))
    small = size_table("sweatshirts", ("92", "152"))
    assert small is not None
    assert small.rows[0] == ("Height", ("92", "152"))
    assert size_table("bags", ("one size",)) is None


def test_pages_far_away_are_left_out() -> None:
    assert pager(5, 9) == [1, 0, 3, 4, 5, 6, 7, 0, 9]
    assert pager(1, 1) == [1]
