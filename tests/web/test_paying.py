"""An order's page, paying on the provider's page, and the provider's callbacks."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.db import Database
from storefront.shop import Shop
from tests.factories import count
from tests.fakes import ListPublisher
from tests.web.baskets import fill, order, wish
from tests.web.browser import Answer, Browser


async def _card_order(browser: Browser, database: Database) -> tuple[str, str]:
    """An order that waits for its card; its number and the path of its page."""
    placed = (await order(browser, wish(await fill(browser, database), payment={"method": "card"}))).json
    return placed["number"], placed["url"].removeprefix("http://").partition("/")[2]


def _event(number: str, **changes: Any) -> bytes:
    event = {
        "id": "evt_0123456789abcdef01234567",
        "type": "authorization.succeeded",
        "created": "2026-11-25T08:14:03Z",
        "data": {"order_number": number, "amount_cents": 24900, "status": "authorized"},
    }
    return json.dumps(event | changes).encode()


async def _call_back(browser: Browser, shop: Shop, body: bytes, age_s: float = 0, secret: str = "") -> Answer:
    at = str(int(time.time() - age_s))
    key = (secret or shop.settings.payment_secret).encode()
    mac = hmac.new(key, at.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Payment-Signature": f"t={at},v1={mac}"}
    return await browser.ask("POST", "/payments/callback", body, headers)


async def test_the_order_page_is_for_its_readers(new_browser: Callable[[], Browser], database: Database) -> None:
    buyer, stranger = new_browser(), new_browser()
    number, path = await _card_order(buyer, database)

    with_key, without = await stranger.get("/" + path), await stranger.get(f"/orders/{number}")

    assert (await buyer.get(f"/orders/{number}")).status == 200
    assert (with_key.status, without.status) == (200, 404)
    assert with_key.headers["Cache-Control"] == "no-store"
    assert number in with_key.text


async def test_the_order_page_lets_its_forms_lead_to_the_provider(
    browser: Browser, database: Database, shop: Shop
) -> None:
    _, path = await _card_order(browser, database)

    policy = (await browser.get("/" + path)).headers["Content-Security-Policy"]

    assert f"form-action 'self' {shop.settings.payment_gateway}; " in policy


async def test_pay_now_leads_to_the_providers_page_and_twice_to_the_same(
    browser: Browser, database: Database, shop: Shop
) -> None:
    number, _ = await _card_order(browser, database)

    first = await browser.submit(f"/orders/{number}/pay", {"payment": "card"})
    again = await browser.submit(f"/orders/{number}/pay", {"payment": "card"})

    assert first.status == 303
    assert first.headers["Location"].startswith(shop.settings.payment_gateway + "/pay/sess_")
    assert again.headers["Location"] == first.headers["Location"]


async def test_a_card_order_may_be_paid_by_invoice_instead(
    browser: Browser, database: Database, sent: ListPublisher
) -> None:
    number, _ = await _card_order(browser, database)

    answer = await browser.submit(f"/orders/{number}/pay", {"payment": "invoice"})

    assert answer.status == 303
    assert urlsplit(answer.headers["Location"]).path == f"/orders/{number}"
    assert [message.task for message in sent.sent] == ["orders.process"]


async def test_nobody_else_pays_an_order(new_browser: Callable[[], Browser], database: Database) -> None:
    number, _ = await _card_order(new_browser(), database)

    answer = await new_browser().submit(f"/orders/{number}/pay", {"payment": "card"})

    assert answer.status == 404


async def test_another_way_to_pay_is_named(browser: Browser, database: Database) -> None:
    number, _ = await _card_order(browser, database)

    answer = await browser.submit(f"/orders/{number}/pay", {"payment": "shells"})

    assert answer.status == 422
    assert "<b>payment</b>" in answer.text


async def test_a_provider_that_is_away_keeps_the_order(
    browser: Browser, database: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, _ = await _card_order(browser, database)
    monkeypatch.setattr(shop.cards, "_base_url", "http://127.0.0.1:9")

    answer = await browser.submit(f"/orders/{number}/pay", {"payment": "card"})

    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "The card provider does not answer just now. Your order is kept." in answer.text
    assert "Pay now" in answer.text


async def test_a_signed_callback_wakes_the_payment_once(
    browser: Browser, database: Database, shop: Shop, sent: ListPublisher
) -> None:
    number, _ = await _card_order(browser, database)

    first = await _call_back(browser, shop, _event(number))
    again = await _call_back(browser, shop, _event(number))

    assert (first.status, again.status) == (204, 204)
    assert [message.headers["order_number"] for message in sent.sent] == [number]
    assert await count(database, "payment_events") == 1


@pytest.mark.parametrize("age_s", [301, -15 * 60 - 5])
async def test_an_old_or_early_callback_is_refused(browser: Browser, shop: Shop, age_s: float) -> None:
    assert (await _call_back(browser, shop, _event("0000-0000"), age_s)).status == 403


async def test_a_callback_from_a_clock_that_is_ten_minutes_fast_is_taken(browser: Browser, shop: Shop) -> None:
    assert (await _call_back(browser, shop, _event("0000-0000"), age_s=-600)).status == 204


async def test_a_callback_that_is_unsigned_or_signed_by_another_is_refused(browser: Browser, shop: Shop) -> None:
    forged = await _call_back(browser, shop, _event("0000-0000"), secret="somebody else's")
    unsigned = await browser.ask("POST", "/payments/callback", b"{}", {"Content-Type": "application/json"})

    assert (forged.status, unsigned.status) == (403, 403)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"{}", 422),
        (_event("not a number"), 422),
        (_event("0000-0000", id="x" * 65), 422),
        (_event("0000-0000", data={"order_number": "0000-0000", "amount_cents": "1"}), 422),
    ],
)
async def test_a_strange_callback_is_refused(browser: Browser, shop: Shop, body: bytes, status: int) -> None:
    assert (await _call_back(browser, shop, body)).status == status


async def test_an_invoice_is_for_the_orders_readers(
    new_browser: Callable[[], Browser], database: Database, shop: Shop
) -> None:
    buyer = new_browser()
    placed = (await order(buyer, wish(await fill(buyer, database)))).json
    pdf = b"%PDF-1.7 " + bytes(200_000)
    stored = await shop.media.store("documents", ".pdf", pdf)
    async with database.writer() as connection:
        await connection.execute(
            "INSERT INTO documents (subject, kind, revision, number, state, snapshot, sha256, path, size, reserved_at, "
            "done_at) SELECT CONCAT('order:', id), 'invoice', 1, 'I000001', 'done', '', %s, %s, %s, UTC_TIMESTAMP(6), "
            "UTC_TIMESTAMP(6) FROM orders",
            (stored.sha256, stored.path, stored.size),
        )

    told = (await buyer.api("GET", f"/orders/{placed['number']}")).json["documents"][0]
    answer = await buyer.get(told["url"])

    assert (answer.status, answer.headers["Content-Type"], answer.body) == (200, "application/pdf", pdf)
    assert answer.headers["Content-Disposition"] == 'inline; filename="I000001.pdf"'
    assert hashlib.sha256(answer.body).hexdigest() == told["sha256"]
    assert (await new_browser().get(told["url"].partition("?")[0])).status == 404
    assert (await buyer.get(told["url"].replace("I000001", "I000002"))).status == 404
    assert re.search(r'href="[^"]*I000001\.pdf', (await buyer.get(f"/orders/{placed['number']}")).text)
