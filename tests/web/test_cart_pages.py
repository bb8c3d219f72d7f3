"""The cart's page, changed by forms alone, as without JavaScript."""

import re
from typing import Any

import pytest

from shared.db import Database
from tests.factories import add_variant
from tests.web.baskets import fill
from tests.web.browser import Answer, Browser

COAT = "WC14-NAV-M"


async def _put(browser: Browser, sku: str = COAT, **fields: Any) -> Answer:
    return await browser.submit(f"/cart/items/{sku}", fields)


async def _quantities(browser: Browser) -> dict[str, int]:
    cart = (await browser.api("GET", "/cart")).json
    return {line["sku"]: line["quantity"] for line in cart["lines"]}


async def _change(database: Database, change: str) -> None:
    async with database.writer() as connection:
        await connection.execute(f"UPDATE variants SET {change} WHERE sku = %s", (COAT,))  # noqa: S608 (a test's own)


async def test_an_empty_cart_says_what_stays_and_leads_on(browser: Browser) -> None:
    answer = await browser.get("/cart")

    assert answer.status == 200
    assert "<h1>Your cart is empty</h1>" in answer.text
    assert "30 days, without an account" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


async def test_adding_leads_to_the_cart_which_says_so(browser: Browser, database: Database) -> None:
    sku = await add_variant(database, price_cents=24900)

    added = await browser.submit("/cart/items", {"sku": sku, "quantity": "2", "operation_id": "a-1"})
    page = await browser.get(added.headers["Location"])

    assert added.status == 303
    assert added.headers["Location"] == f"/cart?added={sku}"
    assert "Added: Wool coat, navy, M." in page.text
    assert "2 pieces" in page.text
    assert "€498.00" in page.text
    assert "VAT contained, 19 %" in page.text
    assert "€79.51" in page.text


async def test_the_same_form_twice_adds_once(browser: Browser, database: Database) -> None:
    fields = {"sku": await add_variant(database), "quantity": "2", "operation_id": "a-1"}

    await browser.submit("/cart/items", fields)
    again = await browser.submit("/cart/items", fields)

    assert again.status == 303
    assert await _quantities(browser) == {COAT: 2}


async def test_standard_delivery_is_told_and_free_from_sixty_euros(browser: Browser, database: Database) -> None:
    await fill(browser, database, price_cents=2900)

    below = await browser.get("/cart")
    await _put(browser, quantity="3")
    above = await browser.get("/cart")

    assert "<dt>Standard delivery</dt><dd>€4.90</dd>" in below.text
    assert '<dd class="total">€33.90</dd>' in below.text
    assert "<dt>Standard delivery</dt><dd>free</dd>" in above.text


async def test_a_line_is_changed(browser: Browser, database: Database) -> None:
    await fill(browser, database)

    answer = await _put(browser, quantity="3", operation_id="c-1")

    assert (answer.status, answer.headers["Location"]) == (303, "/cart")
    assert await _quantities(browser) == {COAT: 3}


async def test_what_was_taken_out_can_be_put_back(browser: Browser, database: Database) -> None:
    await fill(browser, database, quantity=2)

    removed = await _put(browser, remove="1", quantity="2", operation_id="r-1")
    page = await browser.get(removed.headers["Location"])
    undo = _hidden(page.text, "/cart/undo")
    back = await browser.submit("/cart/undo", {"put_back": COAT, **undo})

    assert (removed.status, removed.headers["Location"]) == (303, f"/cart?removed={COAT}*2")
    assert "Removed: Wool coat, navy, M." in page.text
    assert undo["quantity"] == "2"
    assert (back.status, back.headers["Location"]) == (303, "/cart")
    assert await _quantities(browser) == {COAT: 2}


@pytest.mark.parametrize("removed", ["x", "WC14-NAV-M*0", "WC14-NAV-M*100", "NO-SUCH*1", "<b>*1", ""])
async def test_a_note_of_removal_that_makes_no_sense_is_not_shown(
    browser: Browser, database: Database, removed: str
) -> None:
    await add_variant(database)

    answer = await browser.get(f"/cart?removed={removed.replace('<', '%3C')}")

    assert answer.status == 200
    assert "Put it back" not in answer.text


@pytest.mark.parametrize("typed", ["0", "100", "-1", "1.5", "two", "", "１"])
async def test_a_quantity_that_cannot_be_is_told_and_the_cart_stays(
    browser: Browser, database: Database, typed: str
) -> None:
    await fill(browser, database, quantity=2)

    answer = await _put(browser, quantity=typed)

    assert answer.status == 422
    assert "<title>Error: Cart · MyClothes</title>" in answer.text
    assert "Choose a quantity from 1 to 99." in answer.text
    assert await _quantities(browser) == {COAT: 2}


async def test_more_than_there_is_is_refused_and_nothing_is_added(browser: Browser, database: Database) -> None:
    await fill(browser, database, quantity=2, stock=3)

    answer = await browser.submit("/cart/items", {"sku": COAT, "quantity": "2"})

    assert answer.status == 409
    assert "Three left, you asked for four." in answer.text
    assert await _quantities(browser) == {COAT: 2}


async def test_the_hundred_and_first_line_is_refused(browser: Browser, database: Database) -> None:
    for number in range(101):
        await add_variant(database, sku=f"S-{number:03}")
    for number in range(100):
        await browser.submit("/cart/items", {"sku": f"S-{number:03}", "quantity": "1"})

    answer = await browser.submit("/cart/items", {"sku": "S-100", "quantity": "1"})

    assert answer.status == 409
    assert "A cart holds 100 different pieces" in answer.text
    assert len(browser.cookies["cart"]) < 4096


async def test_what_is_short_is_told_and_taken_only_when_the_shopper_says_so(
    browser: Browser, database: Database
) -> None:
    await fill(browser, database, quantity=3)
    await _change(database, "stock = 2")

    page = await browser.get("/cart")
    before = await _quantities(browser)
    taken = await browser.submit(f"/cart/items/{COAT}", _hidden(page.text, f"/cart/items/{COAT}"))

    assert "Two left, you asked for three." in page.text
    assert "<button>Take two" in page.text
    assert before == {COAT: 3}
    assert (taken.status, taken.headers["Location"]) == (303, "/cart")
    assert await _quantities(browser) == {COAT: 2}


async def test_accepting_lowers_every_line_to_what_is_left(browser: Browser, database: Database) -> None:
    await fill(browser, database, quantity=3)
    await _change(database, "stock = 2")

    accepted = await browser.submit("/cart/accept", {"operation_id": "a-1"})

    assert (accepted.status, accepted.headers["Location"]) == (303, "/cart")
    assert await _quantities(browser) == {COAT: 2}


async def test_what_is_sold_out_is_taken_out_by_its_own_button(browser: Browser, database: Database) -> None:
    await fill(browser, database, quantity=3)
    await _change(database, "stock = 0")

    page = await browser.get("/cart")
    taken = await browser.submit(f"/cart/items/{COAT}", _hidden(page.text, f"/cart/items/{COAT}"))
    after = await browser.get(taken.headers["Location"])

    assert "<button>Take it out" in page.text
    assert "Put it back" not in after.text
    assert (taken.status, taken.headers["Location"]) == (303, f"/cart?removed={COAT}*3")
    assert await _quantities(browser) == {}


async def test_what_left_the_catalogue_is_taken_out_by_its_own_button(browser: Browser, database: Database) -> None:
    await fill(browser, database)
    gone = await add_variant(database, sku="GONE-1")
    await browser.submit("/cart/items", {"sku": gone, "quantity": "1"})
    async with database.writer() as connection:
        await connection.execute("DELETE FROM variants WHERE sku = %s", (gone,))

    page = await browser.get("/cart")
    taken = await browser.submit(f"/cart/items/{gone}", _hidden(page.text, f"/cart/items/{gone}"))

    assert "A piece in your cart is not sold any more." in page.text
    assert taken.status == 303
    assert "not sold any more" not in (await browser.get("/cart")).text


async def test_what_is_sold_out_or_withdrawn_is_told(browser: Browser, database: Database) -> None:
    await fill(browser, database)

    await _change(database, "stock = 0")
    sold_out = await browser.get("/cart")
    await _change(database, "stock = 5, withdrawn_at = UTC_TIMESTAMP(6)")
    withdrawn = await browser.get("/cart")

    assert "Sold out just now." in sold_out.text
    assert "This is not sold any more." in withdrawn.text


async def test_an_unknown_piece_is_404(browser: Browser) -> None:
    for fields in ({"sku": "NO-SUCH", "quantity": "1"}, {"sku": "<b>", "quantity": "1"}):
        assert (await browser.submit("/cart/items", fields)).status == 404


async def test_no_size_chosen_is_told(browser: Browser) -> None:
    answer = await browser.submit("/cart/items", {"quantity": "1"})

    assert answer.status == 422
    assert "Choose a size." in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_a_form_that_did_not_come_from_our_own_page_changes_nothing(
    browser: Browser, database: Database, headers: dict[str, str]
) -> None:
    sku = await add_variant(database)

    answer = await browser.submit("/cart/items", {"sku": sku, "quantity": "1"}, headers)

    assert answer.status == 403
    assert browser.cookies == {}


async def test_a_name_with_markup_in_it_is_only_text(browser: Browser, database: Database) -> None:
    await fill(browser, database, name='<script>alert("x")</script>')

    page = await browser.get("/cart")

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(" in page.text


def _hidden(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form with this action."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert form, action
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
