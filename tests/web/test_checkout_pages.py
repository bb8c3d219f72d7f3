"""The checkout's page and the order's, by forms alone, as without JavaScript."""

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.db import Database
from shared.media import Media
from shared.settings import Settings
from storefront.security_headers import origin_of
from storefront.shop import Shop
from tests.factories import count, stock_of
from tests.fakes import ListPublisher
from tests.web.baskets import fill
from tests.web.browser import Answer, Browser

COAT = "WC14-NAV-M"
TYPED = {
    "email": "jana@example.com",
    "name": "Jana Łukaszewicz",
    "line1": "Prinzenstraße 84",
    "line2": "",
    "postcode": "10969",
    "city": "Berlin",
    "country": "DE",
    "billing_same": "1",
    "shipping_method": "standard",
    "payment": "invoice",
}


async def _typed(browser: Browser, **changes: str) -> dict[str, str]:
    """The checkout as it is filled in: what the page hides, and what a buyer types."""
    page = (await browser.get("/checkout")).text
    hidden = {name: _hidden(page, name) for name in ("checkout_key", "cart_revision", "seen")}
    return hidden | TYPED | changes


async def _order(browser: Browser, **changes: str) -> Answer:
    return await browser.submit("/checkout", await _typed(browser, **changes))


async def _placed(browser: Browser, **changes: str) -> str:
    """Place an order and return where its page is."""
    answer = await _order(browser, **changes)
    assert answer.status == 303, answer.text
    return answer.headers["Location"]


async def _change(database: Database, statement: str, *args: Any) -> None:
    async with database.writer() as connection:
        await connection.execute(statement, args)


async def test_an_empty_cart_has_no_checkout(browser: Browser) -> None:
    answer = await browser.get("/checkout")

    assert (answer.status, answer.headers["Location"]) == (303, "/cart")


async def test_the_checkout_shows_what_is_to_be_paid_either_way(browser: Browser, database: Database) -> None:
    await fill(browser, database, price_cents=2900)

    page = await browser.get("/checkout")

    assert page.status == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert '<dd class="total">€33.90</dd>' in page.text
    assert '<dd class="total">€38.90</dd>' in page.text
    assert page.text.count('class="go') == 1
    assert "Order with obligation to pay" in page.text
    assert re.search(r"<b>Standard</b><br><span class=\"soft\">\w{3} \d+ \w+ to \w{3} \d+ \w+</span>", page.text)
    assert re.search(r"<b>Express</b><br><span class=\"soft\">\w{3} \d+ \w+</span>", page.text)


async def test_a_form_may_lead_to_the_card_provider_only_where_one_pays(
    browser: Browser, database: Database, settings: Settings
) -> None:
    await fill(browser, database)
    provider = f"form-action 'self' {origin_of(settings.payment_gateway)};"

    checkout = await browser.get("/checkout")
    order = await browser.get(await _placed(browser))
    cart = await browser.get("/cart")

    assert provider in checkout.headers["Content-Security-Policy"]
    assert provider in order.headers["Content-Security-Policy"]
    assert "form-action 'self';" in cart.headers["Content-Security-Policy"]


async def test_an_order_is_placed_and_leads_to_its_page(
    browser: Browser, database: Database, sent: ListPublisher
) -> None:
    await fill(browser, database, quantity=2)

    answer = await _order(browser)
    page = await browser.get(answer.headers["Location"])

    assert answer.status == 303
    assert re.fullmatch(r"/orders/[0-9A-Z]{4}-[0-9A-Z]{4}\?key=[a-z2-7]{26}", answer.headers["Location"])
    assert page.status == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "Thank you, Jana" in page.text
    assert "10969 Berlin" in page.text
    assert "the same address" in page.text
    assert len(sent.sent) == 1
    assert await stock_of(database, COAT) == 8
    assert (await browser.api("GET", "/cart")).json["lines"] == []


async def test_the_same_form_twice_is_one_order(browser: Browser, database: Database) -> None:
    await fill(browser, database)
    form = await _typed(browser)

    first = await browser.submit("/checkout", form)
    again = await browser.submit("/checkout", form)

    assert (again.status, again.headers["Location"]) == (303, first.headers["Location"])
    assert await count(database, "orders") == 1


async def test_two_tabs_make_one_order(browser: Browser, database: Database) -> None:
    await fill(browser, database)
    one, other = await _typed(browser), await _typed(browser)

    first = await browser.submit("/checkout", one)
    second = await browser.submit("/checkout", other)

    assert one["checkout_key"] != other["checkout_key"]
    assert (second.status, second.headers["Location"]) == (303, first.headers["Location"])
    assert await count(database, "orders") == 1


async def test_every_fault_is_told_at_once_and_nothing_typed_is_lost(browser: Browser, database: Database) -> None:
    await fill(browser, database)

    answer = await _order(browser, email="jana@", postcode="1096", name="", line1='"Hof" <b>', payment="card")

    assert answer.status == 422
    assert "<title>Error: Checkout · MyClothes</title>" in answer.text
    summary = re.search(r'id="faults".*?</ul>', answer.text, re.DOTALL)
    assert summary
    assert re.findall(r'href="#(\w+)"', summary[0]) == ["email", "name", "postcode"]
    assert "The part after the @ is missing, as in name@example.org." in answer.text
    assert "Germany uses five digits, as in 10969." in answer.text
    assert 'value="jana@"' in answer.text
    assert 'value="1096"' in answer.text
    assert 'value="&#34;Hof&#34; &lt;b&gt;"' in answer.text
    assert re.search(r'name="payment" value="card" checked', answer.text)
    assert 'aria-describedby="postcode-fault"' in answer.text
    assert await count(database, "orders") == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "a@localhost"}, "email"),
        ({"email": "two@x.org@y.org"}, "email"),
        ({"email": "a" * 250 + "@example.com"}, "email"),
        ({"city": " "}, "city"),
        ({"name": "x" * 101}, "name"),
        ({"country": "XX"}, "country"),
        ({"shipping_method": "drone"}, "shipping_method"),
        ({"payment": "cash"}, "payment"),
        ({"billing_same": "", "billing_country": "DE"}, "billing_name"),
    ],
)
async def test_what_does_not_fit_is_named(
    browser: Browser, database: Database, changes: dict[str, str], field: str
) -> None:
    await fill(browser, database)

    answer = await _order(browser, **changes)

    assert answer.status == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text


@pytest.mark.parametrize("name", ["Siobhán O'Neill", "<b>Bobby</b>", "محمد علي", "山田 太郎", "Zoë 🧵", '"Q" & Co'])
async def test_any_name_is_kept_and_escaped(browser: Browser, database: Database, name: str) -> None:
    await fill(browser, database)

    page = await browser.get(await _placed(browser, name=name))

    assert f"<address>{html.escape(name).replace('&#x27;', '&#39;').replace('&quot;', '&#34;')}<br>" in page.text


async def test_another_invoice_address_is_kept(browser: Browser, database: Database) -> None:
    await fill(browser, database)
    billing = {
        "billing_same": "",
        "billing_name": "Weberei GmbH",
        "billing_line1": "Herengracht 1",
        "billing_city": "Amsterdam",
        "billing_postcode": "1016dx",
        "billing_country": "NL",
    }

    page = await browser.get(await _placed(browser, **billing))

    assert "Weberei GmbH<br>Herengracht 1<br>1016 DX Amsterdam<br>Netherlands" in page.text


async def test_a_changed_price_is_told_and_taken_only_when_ordered_again(browser: Browser, database: Database) -> None:
    await fill(browser, database, price_cents=8900)
    form = await _typed(browser)
    await _change(database, "UPDATE variants SET price_cents = 9500 WHERE sku = %s", COAT)

    refused = await browser.submit("/checkout", form)
    again = {name: _hidden(refused.text, name) for name in ("checkout_key", "cart_revision", "seen")}
    placed = await browser.submit("/checkout", form | again)

    assert refused.status == 409
    assert "Wool coat, navy, M is now €95.00. It was €89.00." in refused.text
    assert 'value="Jana Łukaszewicz"' in refused.text
    assert placed.status == 303
    assert await count(database, "orders") == 1


async def test_a_cart_changed_in_another_tab_is_told(browser: Browser, database: Database) -> None:
    await fill(browser, database)
    form = await _typed(browser)
    await browser.submit(f"/cart/items/{COAT}", {"quantity": "3"})

    answer = await browser.submit("/checkout", form)

    assert answer.status == 409
    assert "The cart was changed in another window." in answer.text
    assert await count(database, "orders") == 0


async def test_what_is_short_is_told_with_the_button_that_helps(browser: Browser, database: Database) -> None:
    await fill(browser, database, quantity=3)
    form = await _typed(browser)
    await _change(database, "UPDATE variants SET stock = 2 WHERE sku = %s", COAT)

    answer = await browser.submit("/checkout", form)
    taken = await browser.submit(f"/cart/items/{COAT}", {"quantity": "2", "back": "checkout"})

    assert answer.status == 409
    assert "Two left, you asked for three." in answer.text
    assert "Take two" in answer.text
    assert (taken.status, taken.headers["Location"]) == (303, "/checkout")
    assert await stock_of(database, COAT) == 2


async def test_a_form_without_a_key_is_not_ours(browser: Browser, database: Database) -> None:
    await fill(browser, database)

    answer = await browser.submit("/checkout", TYPED)

    assert answer.status == 400


async def test_a_forged_seen_never_sets_a_price(browser: Browser, database: Database) -> None:
    await fill(browser, database, price_cents=8900)

    answer = await _order(browser, seen=f"{COAT}*1~standard*0")

    assert answer.status == 409
    assert await count(database, "orders") == 0


async def test_an_order_is_for_its_readers(new_browser: Callable[[], Browser], database: Database) -> None:
    buyer, stranger = new_browser(), new_browser()
    await fill(buyer, database)
    with_key = await _placed(buyer)
    without_key = with_key.partition("?")[0]

    assert (await buyer.get(without_key)).status == 200
    assert (await stranger.get(with_key)).status == 200
    for path in (without_key, without_key + "?key=" + "a" * 26, "/orders/0000-0000", "/orders/x"):
        assert (await stranger.get(path)).status == 404
    assert (await stranger.submit(without_key + "/pay", {"payment": "card"})).status == 404


async def test_a_card_is_entered_at_the_provider(browser: Browser, database: Database, settings: Settings) -> None:
    await fill(browser, database)

    page = await browser.get(await _placed(browser, payment="card"))
    action = _pay_action(page.text)
    paying = await browser.submit(action, {"payment": "card", "key": _hidden(page.text, "key")})

    assert page.text.count('class="go') == 1
    assert "Pay now" in page.text
    assert "data-ended" not in page.text
    assert paying.status == 303
    assert paying.headers["Location"].startswith(settings.payment_gateway)


async def test_who_would_rather_pay_by_invoice_may(browser: Browser, database: Database, sent: ListPublisher) -> None:
    await fill(browser, database)
    page = await browser.get(await _placed(browser, payment="card"))

    answer = await browser.submit(_pay_action(page.text), {"payment": "invoice"})
    after = await browser.get(_path(answer.headers["Location"]))

    assert answer.status == 303
    assert len(sent.sent) == 1
    assert "Pay now" not in after.text
    assert "Please transfer by" in after.text


async def test_a_declined_card_leaves_two_ways(browser: Browser, database: Database) -> None:
    await fill(browser, database)
    path = await _placed(browser, payment="card")
    await _change(database, "UPDATE payments SET failed_at = UTC_TIMESTAMP(6), failure = 'card_declined'")

    page = await browser.get(path)

    assert "Your bank declined the card" in page.text
    assert "The order is kept; choose another way." in page.text
    assert 'name="payment" value="card"' in page.text
    assert 'name="payment" value="invoice"' in page.text
    assert page.text.count('class="go') == 1


async def test_a_payment_in_no_known_way_is_refused(browser: Browser, database: Database) -> None:
    await fill(browser, database)
    page = await browser.get(await _placed(browser, payment="card"))

    assert (await browser.submit(_pay_action(page.text), {"payment": "cash"})).status == 422


async def test_news_end_once_every_step_is_done(browser: Browser, database: Database) -> None:
    await fill(browser, database)
    path = await _placed(browser)

    before = await browser.get(path)
    await _change(database, "UPDATE steps SET state = 'done'")
    after = await browser.get(path)

    assert "data-poll>" in before.text
    assert "data-poll data-ended>" in after.text


async def test_a_document_is_for_the_orders_readers(
    new_browser: Callable[[], Browser], database: Database, shop: Shop
) -> None:
    buyer, stranger = new_browser(), new_browser()
    await fill(buyer, database)
    path = (await _placed(buyer)).partition("?")[0]
    await _invoice(database, shop.media, b"%PDF-1.7 " + b"x" * 100_000)

    link = re.search(rf'href="({path}/documents/I000001\.pdf\?key=[^"]+)"', (await buyer.get(path)).text)
    assert link
    pdf = await stranger.get(link[1])

    assert pdf.status == 200
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.headers["Cache-Control"] == "no-store"
    assert len(pdf.body) == 100_009
    assert (await stranger.get(link[1].partition("?")[0])).status == 404
    assert (await buyer.get(f"{path}/documents/I000002.pdf")).status == 404
    assert (await buyer.get(f"{path}/documents/..%2f..%2fsecret.pdf")).status == 404


async def _invoice(database: Database, media: Media, content: bytes) -> None:
    stored = await media.store("documents", ".pdf", content)
    async with database.writer() as connection:
        row = await connection.row("SELECT id FROM orders", ())
        assert row
        await connection.execute(
            "INSERT INTO documents (kind, subject, revision, state, snapshot, number, sha256, path, size, reserved_at, "
            "done_at) VALUES ('invoice', %s, 0, 'done', '{}', 'I000001', %s, %s, %s, UTC_TIMESTAMP(6), "
            "UTC_TIMESTAMP(6))",
            (f"order:{row['id']}", stored.sha256, stored.path, stored.size),
        )


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _pay_action(page: str) -> str:
    found = re.search(r'action="(/orders/[^"]+/pay[^"]*)"', page)
    assert found
    return html.unescape(found[1])
