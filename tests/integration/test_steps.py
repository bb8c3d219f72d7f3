"""From a placed order to its receipt, step by step, without a queue in between."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared import log
from shared.db import Database
from shared.errors import Conflict
from shared.gateway import Charge, InvoiceGateway
from shared.media import Media
from shared.messages import SEND_RECEIPT
from shared.queries import steps
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_number
from shared.queries.payments import PaymentEvent
from shared.services.payments import PayTools, note_callback, pay_by_card, pay_by_invoice
from shared.settings import Settings
from tests.factories import add_variant, count, place
from tests.fakes import ListPublisher, MemoryCards, MemoryMailer
from workers.ledger import NoSuchStep, carry_out
from workers.mail import MailRefused, MailUnavailable, MailUnsure
from workers.steps import WORK
from workers.sweep import sweep
from workers.tools import Tools

BACK = "http://localhost/orders"


@pytest.fixture
def cards() -> MemoryCards:
    return MemoryCards()


@pytest.fixture
def mailer() -> MemoryMailer:
    return MemoryMailer()


@pytest.fixture
def publisher() -> ListPublisher:
    return ListPublisher()


@pytest.fixture
def tools(
    settings: Settings,
    database: Database,
    cards: MemoryCards,
    mailer: MemoryMailer,
    publisher: ListPublisher,
    tmp_path: Path,
) -> Tools:
    return Tools(
        settings=settings,
        database=database,
        gateways={"invoice": InvoiceGateway(), "card": cards},
        mailer=mailer,
        media=Media(tmp_path),
        publisher=publisher,
    )


async def order(tools: Tools, quantities: Mapping[str, int] | None = None, **changes: Any) -> str:
    """Place an order and put its message where a worker would find it."""
    sku = await add_variant(tools.database)
    placed = await place(tools.database, quantities or {sku: 1}, **changes)
    tools.publisher.announce_soon(placed.messages)
    return placed.order.number


async def work(tools: Tools, publisher: ListPublisher) -> None:
    """Carry out every message that was announced, and those that follow."""
    while publisher.sent:
        message = publisher.sent.pop(0)
        await carry_out(tools, WORK[message.task], message.step_id)


async def look(tools: Tools, number: str) -> OrderView:
    async with tools.database.writer() as connection:
        return await order_by_number(connection, number)


async def make_due(tools: Tools) -> None:
    """Let the time of every next try come."""
    async with tools.database.writer() as connection:
        await connection.execute(
            "UPDATE steps SET next_retry_at = NULL, due_at = UTC_TIMESTAMP(6) WHERE state <> 'done'"
        )


def states(order: OrderView) -> dict[str, str]:
    return {step.step: step.state for step in order.steps}


async def test_an_order_on_invoice_ends_in_the_mailbox(
    tools: Tools, publisher: ListPublisher, mailer: MemoryMailer
) -> None:
    number = await order(tools)

    await work(tools, publisher)

    done = await look(tools, number)
    assert states(done) == {"payment": "done", "invoice": "done", "receipt": "done"}
    assert (done.order_status, done.payment_status) == ("processing", "pending")
    assert [event.what for event in done.events] == ["order.placed", "order.processing", "invoice.made", "receipt.sent"]
    (invoice,) = done.documents
    assert (invoice.kind, invoice.number, invoice.revision) == ("invoice", "I000001", 1)
    pdf = await tools.media.read(invoice.path)
    assert len(pdf) == invoice.size
    (mail,) = mailer.taken
    assert mail["Message-ID"] == f"<receipt.{number}.1@example.com>"
    assert mail["To"] == "jana@example.com"
    assert [part.get_content() for part in mail.iter_attachments()] == [pdf]


async def test_every_message_delivered_three_times_at_once_does_everything_once(
    tools: Tools, publisher: ListPublisher, mailer: MemoryMailer
) -> None:
    number = await order(tools)

    while publisher.sent:
        message = publisher.sent.pop(0)
        await asyncio.gather(*(carry_out(tools, WORK[message.task], message.step_id) for _ in range(3)))

    assert states(await look(tools, number)) == {"payment": "done", "invoice": "done", "receipt": "done"}
    assert len(mailer.taken) == 1
    assert await count(tools.database, "documents") == 2


async def test_invoices_are_numbered_without_a_gap(tools: Tools, publisher: ListPublisher) -> None:
    coat = await add_variant(tools.database)
    for buyer in range(6):
        placed = await place(tools.database, {coat: 1}, cart_id=f"cart-{buyer}")
        publisher.announce_soon(placed.messages)

    while publisher.sent:
        waiting, publisher.sent[:] = list(publisher.sent), []
        await asyncio.gather(*(carry_out(tools, WORK[message.task], message.step_id) for message in waiting))

    async with tools.database.writer() as connection:
        rows = await connection.rows("SELECT number FROM documents WHERE kind = 'invoice' ORDER BY number")
    assert [row["number"] for row in rows] == [f"I00000{number}" for number in range(1, 7)]


async def test_a_card_with_a_token_is_charged_once_and_captured(
    tools: Tools, publisher: ListPublisher, cards: MemoryCards
) -> None:
    number = await order(tools, payment_method="card", payment_token="tok_success")

    await work(tools, publisher)

    done = await look(tools, number)
    assert (done.payment_status, done.paid_cents) == ("paid", 24900)
    assert cards.calls == [f"{number}:1:authorize", f"{number}:1:capture"]


async def test_an_unanswered_charge_is_asked_for_before_it_is_tried_again(
    tools: Tools, publisher: ListPublisher, cards: MemoryCards
) -> None:
    cards.unsure = 1
    number = await order(tools, payment_method="card", payment_token="tok_timeout")

    await work(tools, publisher)
    assert states(await look(tools, number)) == {"payment": "retrying"}
    await make_due(tools)
    await sweep(tools)
    await work(tools, publisher)

    assert cards.calls == [f"{number}:1:authorize", f"look up {number}:1:authorize", f"{number}:1:capture"]
    assert (await look(tools, number)).paid_cents == 24900


async def test_a_declined_card_leaves_the_order_open_and_tells_the_shopper(
    tools: Tools, publisher: ListPublisher, mailer: MemoryMailer
) -> None:
    number = await order(tools, payment_method="card", payment_token="tok_decline")

    await work(tools, publisher)

    open_order = await look(tools, number)
    assert (open_order.order_status, open_order.payment_status) == ("pending", "failed")
    assert states(open_order) == {"payment": "waiting", "mail_payment_failed": "done"}
    assert [mail["Message-ID"] for mail in mailer.taken] == [f"<payment_failed.{number}.1@example.com>"]


async def test_a_declined_order_can_be_paid_by_invoice(tools: Tools, publisher: ListPublisher) -> None:
    number = await order(tools, payment_method="card", payment_token="tok_decline")
    await work(tools, publisher)

    again = await pay_by_invoice(PayTools(database=tools.database, cards=tools.gateways["card"]), number, BACK)
    publisher.announce_soon(again.messages)
    await work(tools, publisher)

    done = await look(tools, number)
    assert states(done) == {"payment": "done", "mail_payment_failed": "done", "invoice": "done", "receipt": "done"}
    assert (done.payment_method, done.payment_status) == ("invoice", "pending")


async def test_a_hosted_payment_is_taken_when_the_provider_calls_back(
    tools: Tools, publisher: ListPublisher, cards: MemoryCards
) -> None:
    number = await order(tools, payment_method="card")
    paying = PayTools(database=tools.database, cards=cards)
    page = await pay_by_card(paying, number, BACK)
    assert page.url == f"http://provider.example/pay/{number}:1:session"
    key = f"{number}:1:session"
    cards.operations[key] = cards.outcome_of(Charge(key, number, 24900, "EUR"), "authorized")

    event = PaymentEvent(external_id="evt_1", order_id=0, kind="authorization.succeeded", amount_cents=24900)
    message = await note_callback(tools.database, event, number)
    assert message is not None
    assert await note_callback(tools.database, event, number) is None
    publisher.announce_soon([message])
    await work(tools, publisher)

    done = await look(tools, number)
    assert (done.payment_status, done.paid_cents) == ("paid", 24900)
    assert states(done)["receipt"] == "done"


async def test_a_lost_callback_loses_nothing(tools: Tools, publisher: ListPublisher, cards: MemoryCards) -> None:
    number = await order(tools, payment_method="card")
    await pay_by_card(PayTools(database=tools.database, cards=cards), number, BACK)
    key = f"{number}:1:session"
    cards.operations[key] = cards.outcome_of(Charge(key, number, 24900, "EUR"), "authorized")

    await make_due(tools)
    await sweep(tools)
    await work(tools, publisher)

    assert (await look(tools, number)).paid_cents == 24900


async def test_a_charge_of_another_amount_is_not_taken_for_this_order(
    tools: Tools, publisher: ListPublisher, cards: MemoryCards
) -> None:
    number = await order(tools, payment_method="card")
    await pay_by_card(PayTools(database=tools.database, cards=cards), number, BACK)
    key = f"{number}:1:session"
    cards.operations[key] = cards.outcome_of(Charge(key, number, 1, "EUR"), "authorized")

    await make_due(tools)
    await sweep(tools)
    await work(tools, publisher)

    stopped = await look(tools, number)
    assert states(stopped) == {"payment": "dead"}
    assert stopped.attention == "The step payment failed for good."
    assert stopped.paid_cents == 0


async def test_what_the_queue_did_not_take_the_sweep_announces(tools: Tools, publisher: ListPublisher) -> None:
    publisher.is_away = True
    number = await order(tools)
    assert publisher.sent == []
    publisher.is_away = False

    await make_due(tools)
    assert await sweep(tools) == 1
    await work(tools, publisher)

    assert states(await look(tools, number))["receipt"] == "done"


async def test_what_was_announced_is_not_announced_again_before_its_deadline(
    tools: Tools, publisher: ListPublisher
) -> None:
    await order(tools)
    await make_due(tools)
    await sweep(tools)
    publisher.sent.clear()

    assert await sweep(tools) == 0
    assert publisher.sent == []


async def test_a_step_whose_worker_died_is_taken_over_when_its_lease_ends(
    tools: Tools, publisher: ListPublisher
) -> None:
    number = await order(tools)
    message = publisher.sent.pop()
    async with tools.database.writer() as connection:
        assert await steps.claim(connection, message.step_id, lease_s=20) is not None
    await carry_out(tools, WORK[message.task], message.step_id)
    assert states(await look(tools, number)) == {"payment": "running"}

    async with tools.database.writer() as connection:
        await connection.execute("UPDATE steps SET lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND")
    await carry_out(tools, WORK[message.task], message.step_id)

    assert states(await look(tools, number))["payment"] == "done"


async def test_whoever_lost_the_lease_changes_nothing(tools: Tools, publisher: ListPublisher) -> None:
    await order(tools)
    message = publisher.sent.pop()
    async with tools.database.writer() as connection:
        held = await steps.claim(connection, message.step_id, lease_s=20)
    assert held is not None

    async with tools.database.writer() as connection:
        stolen = replace(held, token="0" * 32)
        assert not await steps.finish(connection, stolen)
        assert not await steps.renew(connection, stolen, 20)
        assert not await steps.put_back(connection, stolen, "dead", "x", 0)


@pytest.mark.parametrize("was_taken", [True, False])
async def test_after_a_lost_answer_the_mailbox_is_asked_and_one_receipt_arrives(
    tools: Tools, publisher: ListPublisher, mailer: MemoryMailer, was_taken: bool
) -> None:
    mailer.faults, mailer.take_before_fault = [MailUnsure("answer lost")], was_taken
    number = await order(tools)

    await work(tools, publisher)
    assert states(await look(tools, number))["receipt"] == "retrying"
    await make_due(tools)
    await sweep(tools)
    await work(tools, publisher)

    assert states(await look(tools, number))["receipt"] == "done"
    assert len(mailer.taken) == 1


async def test_a_mail_server_that_is_away_is_tried_again(
    tools: Tools, publisher: ListPublisher, mailer: MemoryMailer
) -> None:
    mailer.faults = [MailUnavailable("451")]
    number = await order(tools)

    await work(tools, publisher)
    receipt = (await look(tools, number)).steps[-1]
    assert (receipt.state, receipt.error) == ("retrying", "MailUnavailable: 451")
    await make_due(tools)
    await sweep(tools)
    await work(tools, publisher)

    assert len(mailer.taken) == 1


async def test_a_mail_that_is_refused_for_good_asks_for_a_person(
    tools: Tools, publisher: ListPublisher, mailer: MemoryMailer
) -> None:
    mailer.faults = [MailRefused("550")]
    number = await order(tools)

    await work(tools, publisher)

    stopped = await look(tools, number)
    assert states(stopped)["receipt"] == "dead"
    assert stopped.attention == "The step receipt failed for good."


async def test_the_invoice_of_a_second_try_has_the_same_number_and_bytes(
    tools: Tools, publisher: ListPublisher
) -> None:
    number = await order(tools)
    await work(tools, publisher)
    first = (await look(tools, number)).documents[0]
    async with tools.database.writer() as connection:
        await connection.execute("DELETE FROM outbox WHERE task = %s", (SEND_RECEIPT,))
        await connection.execute("DELETE FROM steps WHERE step = 'receipt'")
        await connection.execute("UPDATE steps SET state = 'queued' WHERE step = 'invoice'")
        await connection.execute("UPDATE documents SET state = 'reserved', sha256 = NULL WHERE kind = 'invoice'")

    await make_due(tools)
    async with tools.database.writer() as connection:
        await connection.execute("UPDATE steps SET due_at = UTC_TIMESTAMP(6) WHERE step = 'invoice'")
    await sweep(tools)
    await work(tools, publisher)

    again = (await look(tools, number)).documents[0]
    assert (again.number, again.sha256) == (first.number, first.sha256)


@pytest.mark.parametrize("status", ["canceled", "expired"])
async def test_a_closed_order_is_not_opened_again_by_paying(tools: Tools, status: str) -> None:
    number = await order(tools, payment_method="card")
    async with tools.database.writer() as connection:
        await connection.execute("UPDATE orders SET order_status = %s", (status,))
    paying = PayTools(database=tools.database, cards=tools.gateways["card"])

    for pay in (pay_by_card, pay_by_invoice):
        with pytest.raises(Conflict):
            await pay(paying, number, BACK)

    untouched = await look(tools, number)
    assert (untouched.order_status, len(untouched.payments)) == (status, 1)


async def test_a_message_for_a_step_that_never_was_is_refused_and_not_acknowledged(tools: Tools) -> None:
    with log.bind(order_number="K7QM-4X2D"), pytest.raises(NoSuchStep):
        await carry_out(tools, WORK[SEND_RECEIPT], 4711)


async def test_a_message_for_a_step_that_went_with_its_load_run_is_done(tools: Tools) -> None:
    with log.bind(order_number="TT7Q-M4X2"):
        await carry_out(tools, WORK[SEND_RECEIPT], 4711)
