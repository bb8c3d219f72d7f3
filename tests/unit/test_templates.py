import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from jinja2 import UndefinedError

from storefront.assets import Assets
from storefront.pieces import MOST, REMEMBERED
from storefront.templates import make_templates
from storefront.views.pager import pager
from storefront.views.sizes import size_range, size_table
from tests.goods_samples import SETTINGS, card
from tests.outline import Outline
from tests.page_samples import PAGES

CARD = card("merino-jumper", name="Merino <jumper>", colours=("navy", "forest"))


@pytest.fixture(scope="module")
def templates() -> Any:
    return make_templates(SETTINGS, Assets.load())


def words(templates: Any, source: Any, **context: Any) -> Any:
    return templates.from_string(source).render(**context)


def render(templates: Any, name: str) -> Any:
    template, context = PAGES[name]
    return templates.get_template(template).render(**context)


def test_money_days_moments_rates_and_numbers_read_like_words(templates: Any) -> None:
    moment = datetime(2026, 11, 25, 7, 14, tzinfo=UTC)

    assert words(templates, "{{ -500|euros }}") == "−€5.00"
    assert words(templates, "{{ m|day }}", m=moment) == "Wed 25 November"
    assert words(templates, "{{ m|day }}", m=date(2026, 11, 25)) == "Wed 25 November"
    assert words(templates, "{{ m|moment }}, {{ m|time }}", m=moment) == "25 Nov 08:14, 08:14"
    assert words(templates, "{{ 1900|rate }}, {{ 550|rate }}") == "19 %, 5.5 %"
    assert words(templates, "{{ 1|plural('piece') }}, {{ 3|plural('piece') }}") == "1 piece, 3 pieces"
    assert words(templates, "{{ 36|spelled }}, {{ 7|spelled }}, {{ 360|spelled }}") == "Thirty-six, Seven, 360"


def test_output_is_escaped_and_a_missing_name_is_an_error(templates: Any) -> None:
    assert words(templates, "{{ x }}", x="<b>&'") == "&lt;b&gt;&amp;&#39;"
    with pytest.raises(UndefinedError):
        words(templates, "{{ nothing }}")


def test_a_card_is_one_link_with_sizes_and_colours(templates: Any) -> None:
    made = words(templates, "{{ parts.card(card, 2) }}", card=CARD)

    assert made.count("<a ") == 1
    assert '<h2><a href="/products/merino-jumper">Merino &lt;jumper&gt;</a></h2>' in made
    assert "Sizes XS to XXL" in made
    assert "Colours: navy, forest" in made


def test_a_card_is_drawn_once_and_anew_when_its_style_looks_different(templates: Any) -> None:
    before = templates.globals["parts"].card.cache_info().misses

    dear, dear_again, cheap = [
        words(templates, "{{ parts.card(card, 2) }}", card=card("wool-scarf", price_cents=cents, price_to_cents=cents))
        for cents in (2900, 2900, 1900)
    ]

    assert dear == dear_again
    assert cheap == dear.replace("€29.00", "€19.00") != dear
    assert templates.globals["parts"].card.cache_info().misses == before + 2


def test_what_is_remembered_of_pages_is_bounded(templates: Any) -> None:
    for name in REMEMBERED:
        assert getattr(templates.globals["parts"], name).cache_info().maxsize == MOST


def test_a_refused_field_points_to_its_fault(templates: Any) -> None:
    made = words(templates, '{{ parts.field("city", "Town", "x", fault="No") }}')

    assert 'aria-invalid="true" aria-describedby="city-fault"' in made
    assert '<span class="fault" id="city-fault">No</span>' in made


@pytest.mark.parametrize("name", PAGES)
def test_every_page_keeps_the_house_rules(templates: Any, name: str) -> None:
    page = render(templates, name)
    inside = Outline(page)

    assert inside.count("h1") == 1
    assert len(inside.stitched) <= 1
    assert re.search(r"<title>[^<]+ · MyClothes</title>", page)
    assert '<html lang="en">' in page
    assert inside.inline == []
    assert [url for url in inside.urls if not re.match(r"(/(?!/)|#|\?|mailto:)", url)] == []
    assert [twin for twin in set(inside.ids) if inside.ids.count(twin) > 1] == []
    assert inside.pointed_at - set(inside.ids) == set()
    assert inside.unlabelled() == []
    assert inside.pictures_without_size == 0


@pytest.mark.parametrize("name", PAGES)
def test_what_people_type_is_never_markup(templates: Any, name: str) -> None:
    page = render(templates, name)

    assert "<script>" not in page
    assert Outline(page).count("script") == 1


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith(("cart", "checkout", "order", "desk"))])
def test_public_pages_hold_nothing_personal(templates: Any, name: str) -> None:
    page = render(templates, name)

    assert '<span class="badge" data-cart-count="/api/v1/cart"></span>' in page
    assert "operation_id" not in page


def test_the_listing_shows_filters_as_links_that_remove_themselves(templates: Any) -> None:
    page = render(templates, "listing-filtered")

    without_size = "/shop?q=wool&amp;size=L&amp;colour=navy&amp;price_max=249.90&amp;in_stock=1"
    assert f'href="{without_size}"><span class="vh">Remove filter: </span>Size M' in page
    assert 'name="size" value="M" checked' in page
    assert '&amp;page=3" rel="next"' in page
    assert "<title>All styles for “wool”, page 2 · MyClothes</title>" in page


def test_an_empty_listing_helps_on(templates: Any) -> None:
    assert "Take one of the filters away" in render(templates, "listing-none")
    assert 'href="/shop">To the first page' in render(templates, "listing-beyond")


def test_a_product_page_offers_what_there_is(templates: Any) -> None:
    some, none = render(templates, "product"), render(templates, "product-sold-out")

    assert 'alt="Merino jumper in forest"' in some
    assert 'value="MJ08-FOR-S" disabled required><b>S</b><small>sold out</small>' in some
    assert "<small>few left</small>" in some
    assert "<small>in stock</small>" in some
    assert "Add to cart" in some
    assert "Add to cart" not in none
    assert "Sold out in midnight.<" in none


def test_sizes_that_differ_in_price_say_so(templates: Any) -> None:
    assert re.search(r"<small>€95\.00, [a-z ]+</small>", render(templates, "product-odd"))


def test_an_empty_cart_leads_on_and_can_undo(templates: Any) -> None:
    page = render(templates, "cart-empty")

    assert "What you add stays here for 30 days" in page
    assert 'name="put_back" value="OS06-SKY-L"' in page
    assert 'href="/shop?category=knitwear"' in page


def test_a_cart_says_line_by_line_what_is_short(templates: Any) -> None:
    page = render(templates, "cart-short")

    assert "Two left, you asked for three." in page
    assert "Sold out just now." in page
    assert "This is not sold any more." in page
    assert page.count("<button>Take two") == 1
    assert page.count("<button>Take it out") == 2
    assert page.count('action="/cart/accept"') == 1


def test_a_piece_that_left_the_catalogue_can_be_taken_out_of_the_cart(templates: Any) -> None:
    page = render(templates, "cart-gone")

    assert page.count("A piece in your cart is not sold any more.") == 1
    assert page.count('action="/cart/items/OS06-SKY-L"') == 1
    assert page.count("<button>Take it out") == 1


def test_a_refused_quantity_stays_as_it_was_typed(templates: Any) -> None:
    page = render(templates, "cart-refused")

    assert 'value="100" aria-invalid="true" aria-describedby="note1"' in page
    assert 'id="note1">Enter a whole number from 1 to 99.<' in page


def test_a_refused_checkout_names_every_fault_and_loses_nothing(templates: Any) -> None:
    page = render(templates, "checkout-refused")

    assert "<title>Error: Checkout" in page
    assert "<h2>Four things to put right</h2>" in page
    assert '<a href="#postcode">Postcode: Germany uses five digits, as in 10969.</a>' in page
    assert '<a href="#billing_postcode">Invoice address, postcode: ' in page
    assert 'name="email" type="email" value="jana@" required aria-invalid="true" aria-describedby="email-fault"' in page
    assert 'value="&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; Söhne"' in page
    assert '<option value="NL" selected>' in page
    assert 'name="billing_same" value="1">' in page
    assert 'value="express" checked' in page
    assert 'value="card" checked' in page
    assert page.count("(optional)") == 2


def test_the_checkout_tells_browsers_what_to_fill_in(templates: Any) -> None:
    page = render(templates, "checkout")

    for group in ("shipping", "billing"):
        for token in ("name", "address-line1", "address-line2", "postal-code", "address-level2", "country"):
            assert f'autocomplete="{group} {token}"' in page
    assert 'autocomplete="email"' in page


def test_what_changed_before_the_order_is_told_line_by_line(templates: Any) -> None:
    page = render(templates, "checkout-changed")

    assert "<li>Tea dress, midnight, 38 is now €95.00. It was €89.00.</li>" in page
    assert "<li>Delivery is now free. It was €4.90.</li>" in page
    assert 'value="Jana"' in page


def test_each_short_line_has_the_one_button_that_helps(templates: Any) -> None:
    page = render(templates, "checkout-short")

    assert page.count("<button>Take two") == 1
    assert page.count("<button>Take it out") == 2
    assert page.count('action="/cart/accept"') == 1
    assert page.count('name="back" value="checkout"') == 4


def test_an_order_shows_its_way(templates: Any) -> None:
    page = render(templates, "order")

    assert "Wed 25 November, 09:14. Confirmation sent to j•••@example.org." in page
    assert '<li class="now" aria-current="step"><b>Being prepared</b>' in page
    assert "Please transfer by <b>Wed 9 December</b>" in page
    assert "go wide noprint" in page
    assert " data-poll data-ended" in page


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("order")])
def test_every_order_has_one_stitched_button(templates: Any, name: str) -> None:
    assert len(Outline(render(templates, name)).stitched) == 1


def test_an_invoice_that_is_not_there_yet_can_be_looked_for(templates: Any) -> None:
    page = render(templates, "order-fresh")

    assert re.search(r'go wide noprint" href="/orders/K7QM-4X2D\?key=[^"]+">Look for the invoice</a>', page)
    assert "Download invoice" not in page


def test_an_order_that_moves_is_looked_at_again(templates: Any) -> None:
    assert " data-poll>" in render(templates, "order-fresh")


def test_an_open_card_payment_is_what_the_page_is_about(templates: Any) -> None:
    waiting, declined = render(templates, "order-awaits-card"), render(templates, "order-declined")

    assert '<button class="go">Pay now</button>' in waiting
    assert "Your bank declined the card" in declined
    assert '<button class="go">Try a card again</button>' in declined
    assert "<button>Pay by invoice instead</button>" in declined


@pytest.mark.parametrize("name", ["order-canceled", "order-expired"])
def test_nobody_pays_for_an_order_that_is_closed(templates: Any, name: str) -> None:
    page = render(templates, name)

    assert "Nothing to pay" in page
    assert 'href="/shop">See all styles</a>' in page
    assert "Look for the invoice" not in page
    assert "/pay" not in page
    assert "Please transfer" not in page


def test_a_style_that_is_gone_shows_what_is_close_to_it(templates: Any) -> None:
    page = render(templates, "error-410")

    assert "This one has left the wardrobe" in page
    assert page.count('<li class="card">') == 4


def test_the_back_office_tells_states_in_words(templates: Any) -> None:
    orders, order = render(templates, "desk-orders"), render(templates, "desk-order-odd")

    assert '<span class="chip stop">Payment failed</span>' in orders
    assert '<span class="vh">Receipt: dead</span>' in orders
    assert "1,000+" in orders
    assert 'href="/back-office/orders?after=1-1" rel="next"' in orders
    assert '<li class="stop"><b>Receipt: given up</b>' in order


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
