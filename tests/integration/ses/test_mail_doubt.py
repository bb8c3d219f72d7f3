"""A mail whose answer was lost: asked for, waited for, and only then sent again."""

from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest

from shared.queries.documents import Document
from shared.queries.gauges import mails_in_doubt
from shared.queries.order_view import OrderView
from tests.factories import count
from tests.fakes import MemoryMailer
from tests.integration.ses.events import an_event, by_event_bridge, by_sns
from tests.integration.ses.wire import Wire
from tests.orders_at_work import Bench
from workers.letters import LETTERS, receipt
from workers.mail import MailUnsure
from workers.mail_doubt import WORD_S
from workers.sweep import sweep
from workers.tools import Tools


class SilentServer(MemoryMailer):
    """A mail server that has no list of what it took."""

    async def find(self, message_id: str) -> bool:
        raise MailUnsure("no list")


async def try_again(bench: Bench) -> None:
    """Let the time of the next try come, and do it."""
    await bench.make_due()
    await sweep(bench.tools)
    await bench.work()


async def let_silence_pass(bench: Bench) -> None:
    async with bench.database.writer() as connection:
        await connection.execute("UPDATE mail_sendings SET began_at = began_at - INTERVAL %s SECOND", (WORD_S + 1,))


async def receipt_step(bench: Bench, number: str) -> tuple[str, str | None]:
    (step,) = [step for step in (await bench.look(number)).steps if step.step == "receipt"]
    return step.state, step.error


async def doubts(bench: Bench) -> tuple[int, int]:
    async with bench.database.writer() as connection:
        return await mails_in_doubt(connection)


async def test_a_mail_whose_answer_was_lost_goes_out_once_when_word_comes_late(
    bench: Bench, wire: Wire, queue: Any
) -> None:
    wire.lost = 1

    number = await bench.placed()
    assert await receipt_step(bench, number) == ("retrying", "MailUnsure: no answer of SES: ConnectionClosedError")
    await try_again(bench)
    assert await receipt_step(bench, number) == ("waiting", "waits for word of the mail")
    queue.send_message(QueueUrl=queue.url, MessageBody=by_event_bridge(an_event(f"receipt_{number}_1")))
    await try_again(bench)

    assert await receipt_step(bench, number) == ("done", None)
    assert (wire.taken, wire.tags) == (1, [f"receipt_{number}_1"])
    assert (await doubts(bench), await count(bench.database, "mail_sendings")) == ((0, 0), 0)


async def test_without_any_word_it_is_sent_again_once_and_that_is_counted(bench: Bench, wire: Wire) -> None:
    wire.lost = 1

    number = await bench.placed()
    await try_again(bench)
    assert (len(wire.requests), await doubts(bench)) == (1, (0, 0))
    await let_silence_pass(bench)
    assert await doubts(bench) == (1, 0)
    await try_again(bench)
    await try_again(bench)

    assert await receipt_step(bench, number) == ("done", None)
    assert wire.tags == [f"receipt_{number}_1"] * 2
    assert await doubts(bench) == (0, 1)


async def test_nothing_is_sent_again_while_the_word_cannot_be_read(bench: Bench, wire: Wire, queue: Any) -> None:
    wire.lost = 1
    number = await bench.placed()
    await let_silence_pass(bench)
    queue.delete_queue(QueueUrl=queue.url)

    await try_again(bench)

    assert (await receipt_step(bench, number))[
        1
    ] == "MailUnavailable: word of the mail cannot be read: QueueDoesNotExist"
    assert len(wire.requests) == 1


async def test_a_mail_that_ses_did_not_take_is_sent_again_without_asking(bench: Bench, wire: Wire) -> None:
    wire.answer = (429, "TooManyRequestsException")
    number = await bench.placed()
    wire.answer = None

    await try_again(bench)

    assert await receipt_step(bench, number) == ("done", None)
    assert (wire.taken, len(wire.requests), await doubts(bench)) == (1, 2, (0, 0))


async def test_a_second_sending_that_ses_did_not_take_is_not_counted(bench: Bench, wire: Wire, queue: Any) -> None:
    wire.lost = 1
    number = await bench.placed()
    await let_silence_pass(bench)
    wire.answer = (429, "TooManyRequestsException")
    await try_again(bench)
    assert await doubts(bench) == (1, 0)
    queue.send_message(QueueUrl=queue.url, MessageBody=by_sns(an_event(f"receipt_{number}_1")))

    await try_again(bench)

    assert await receipt_step(bench, number) == ("done", None)
    assert (wire.taken, await doubts(bench)) == (1, (0, 0))


async def test_a_server_that_can_never_be_asked_has_the_same_rule(bench: Bench) -> None:
    silent = SilentServer(faults=[MailUnsure("answer lost")], take_before_fault=True)
    bench.tools = replace(bench.tools, mailer=silent)

    number = await bench.placed()
    await try_again(bench)
    assert await receipt_step(bench, number) == ("waiting", "waits for word of the mail")
    await let_silence_pass(bench)
    await try_again(bench)

    assert await receipt_step(bench, number) == ("done", None)
    assert {mail["Message-ID"] for mail in silent.taken} == {f"<receipt.{number}.1@example.com>"}
    assert (len(silent.taken), await doubts(bench)) == (2, (0, 1))


async def test_who_lost_the_step_while_writing_the_mail_does_not_send_it(
    bench: Bench, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow_receipt(tools: Tools, order: OrderView, reserved: Document) -> EmailMessage:
        async with tools.database.writer() as connection:
            await connection.execute("UPDATE steps SET lease_token = REPEAT('0', 32) WHERE state = 'running'")
        return await receipt(tools, order, reserved)

    monkeypatch.setitem(LETTERS, "receipt", slow_receipt)

    number = await bench.placed()

    assert (await receipt_step(bench, number))[0] == "running"  # the other's now
    assert wire.requests == []


async def test_a_mail_reaches_a_domain_with_any_letters(bench: Bench, wire: Wire) -> None:
    await bench.placed(email="jana@bücher.example")

    assert wire.requests[-1]["Destination"] == {"ToAddresses": ["jana@xn--bcher-kva.example"]}
    assert b"\r\nTo: jana@xn--bcher-kva.example\r\n" in wire.raw


async def test_an_address_that_no_server_takes_asks_for_a_person_and_is_in_no_log(
    bench: Bench, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    number = await bench.placed(email="jäna@example.com")

    assert await receipt_step(bench, number) == (
        "dead",
        "no mail can reach this order: the address cannot be written in ASCII",
    )
    assert (await bench.look(number)).attention == "The step receipt failed for good."
    assert wire.requests == []
    assert "jäna" not in caplog.text
