"""Word of our mails, from the queue to the order."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from shared.db import Database
from shared.settings import Settings
from tests.factories import count
from tests.integration.ses.events import an_event, by_event_bridge, by_sns
from tests.integration.test_mail import JANA, MESSAGE_ID
from tests.orders_at_work import Bench
from tests.waiting import until
from workers import mail_listener
from workers.mail import MailUnsure
from workers.mail_listener import MailEvents, listen_for_ever
from workers.ses import SesMailer

TAG = "receipt_K7QM-4X2D_1"


async def test_there_is_no_word_until_ses_tells(mailer: SesMailer, queue: Any) -> None:
    with pytest.raises(MailUnsure, match="no word"):
        await mailer.find(MESSAGE_ID)

    queue.send_message(QueueUrl=queue.url, MessageBody=by_sns(an_event(TAG, "Send")))

    assert await mailer.find(MESSAGE_ID)


async def test_a_receipt_that_bounced_is_told_once_on_its_order(
    bench: Bench, events: MailEvents, queue: Any, caplog: pytest.LogCaptureFixture
) -> None:
    number = await bench.placed()
    bounce = an_event(f"receipt_{number}_1", "Bounce")
    for body in (by_sns(bounce), by_sns(bounce), by_event_bridge(bounce), json.dumps(bounce)):
        queue.send_message(QueueUrl=queue.url, MessageBody=body)

    assert await events.drain() == 4

    order = await bench.look(number)
    assert order.attention == "The receipt bounced: the address may be wrong."
    assert [event.what for event in order.events].count("receipt.bounced") == 1
    assert JANA not in caplog.text


async def test_a_bounce_does_not_hide_what_a_person_must_look_at_already(
    bench: Bench, events: MailEvents, queue: Any
) -> None:
    number = await bench.placed()
    async with bench.database.writer() as connection:
        await connection.execute("UPDATE orders SET attention = 'Paid too late.'")
    queue.send_message(QueueUrl=queue.url, MessageBody=by_sns(an_event(f"payment_failed_{number}_2", "Complaint")))

    await events.drain()

    order = await bench.look(number)
    assert (order.attention, order.events[-1].what) == ("Paid too late.", "mail.payment_failed_complained")


async def test_what_is_no_event_of_a_mail_ends_in_the_dead_letter_queue(
    events: MailEvents, database: Database, queue: Any, caplog: pytest.LogCaptureFixture
) -> None:
    untagged = by_sns({"eventType": "Bounce", "mail": {"destination": [JANA], "tags": {}}})
    foreign = [by_sns(an_event("receipt K7QM")), by_sns(an_event(TAG, "<b>")), untagged]
    bodies = [f"{JANA} is no JSON", "[]", "{}", "7", '{"Message": 7}', *foreign]
    for body in bodies:
        queue.send_message(QueueUrl=queue.url, MessageBody=body)

    async def dead() -> bool:
        await events.drain()
        asked = {"QueueUrl": queue.dead_url, "AttributeNames": ["ApproximateNumberOfMessages"]}
        return int(queue.get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"]) == len(bodies)

    await until(dead)
    assert await count(database, "mail_events") == 0
    assert "is no event of a mail" in caplog.text
    assert JANA not in caplog.text


async def test_word_of_a_mail_that_is_about_no_order_is_kept_and_changes_nothing(
    events: MailEvents, database: Database, queue: Any
) -> None:
    queue.send_message(QueueUrl=queue.url, MessageBody=by_sns(an_event(TAG, "Bounce")))

    assert await events.drain() == 1

    assert (await count(database, "mail_events"), await count(database, "events")) == (1, 0)


async def test_word_is_listened_for_all_the_time_and_a_queue_that_is_away_ends_nothing(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    events: MailEvents,
    database: Database,
    queue: Any,
) -> None:
    async def has_failed() -> bool:
        return "word of mails cannot be read now: QueueDoesNotExist" in caplog.text

    monkeypatch.setattr(mail_listener, "PAUSE_S", 0.05)
    queue.delete_queue(QueueUrl=queue.url)
    listening = asyncio.create_task(listen_for_ever(events))
    await until(has_failed)
    queue.create_queue(QueueName="mail-events")
    queue.send_message(QueueUrl=queue.url, MessageBody=by_sns(an_event(TAG, "Send")))

    assert await until(lambda: count(database, "mail_events")) == 1

    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_without_a_queue_nobody_listens(settings: Settings, database: Database) -> None:
    await listen_for_ever(MailEvents(replace(settings, mail_events_queue_url=""), database))
