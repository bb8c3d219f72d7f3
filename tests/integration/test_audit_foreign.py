"""Damage at the card provider, in the mailbox and in the queues: named in both directions."""

from dataclasses import replace

import pytest_asyncio

from deploy.local.backing import BackingServices
from shared.db import Database
from shared.settings import Settings
from shared.sqs import sqs_client
from tests.damaged_books import Books, seeded_books
from tests.ledgers import change
from workers.audit.books import audit
from workers.audit.desk import Desk


@pytest_asyncio.fixture
async def books(settings: Settings, database: Database, backing: BackingServices) -> Books:
    return await seeded_books(settings, database, backing)


async def test_a_provider_that_differs_is_named_in_both_directions(books: Books) -> None:
    twice, missing, other = books.orders[:3]
    await books.charge(twice, 4200)
    await books.charge("ZZZZ-ZZZZ", 4200)
    books.change_ledger("DELETE FROM authorizations WHERE id = ?", await books.charge_of(missing))
    books.change_ledger(
        "UPDATE authorizations SET captured_cents = captured_cents - 1 WHERE id = ?", await books.charge_of(other)
    )

    assert await books.told() == {
        ("charged_twice", twice),
        ("charge_missing", missing),
        ("charge_differs", other),
        ("charge_without_order", None),
    }


async def test_a_mailbox_that_differs_is_named_in_both_directions(books: Books) -> None:
    lost, twice = books.orders[:2]
    message_ids = {number: f"<receipt.{number}.1@example.com>" for number in (lost, twice)}
    for message_id in message_ids.values():
        await change(books.database, "UPDATE documents SET server_reply = '250' WHERE message_id = %s", (message_id,))
    await books.mail(message_ids[twice])
    await books.mail(message_ids[twice])
    await books.mail("<shipped.ZZZZ-ZZZZ.1@example.com>")
    await books.mail("<a.newsletter@example.com>")

    assert await books.told() == {("mail_lost", lost), ("mail_twice", twice), ("mail_unknown", "ZZZZ-ZZZZ")}


async def test_what_is_younger_than_a_minute_is_not_compared_with_others(books: Books) -> None:
    await books.charge(books.orders[0], 4200)
    await books.mail("<shipped.ZZZZ-ZZZZ.1@example.com>")

    assert await books.told(settled_s=60) == set()


async def test_a_message_in_a_dead_letter_queue_is_named(books: Books) -> None:
    sqs = sqs_client(books.settings, 1)
    sqs.send_message(QueueUrl=f"{books.settings.queue_urls['documents']}-dead", MessageBody="junk")

    gaps = await books.gaps()

    assert [gap.kind for gap in gaps] == ["dead_message"]
    assert gaps[0].detail.startswith("documents-dead: unreadable: ")


async def test_a_foreign_ledger_that_is_silent_is_told_and_all_else_is_compared(books: Books) -> None:
    nobody = replace(books.settings, payment_gateway="http://127.0.0.1:9")

    audited = await audit(Desk(nobody, books.database))

    assert audited.report.gaps == []
    assert audited.report.unreadable[0].startswith("charges: the card provider does not answer")
    assert "charge_missing" not in audited.kinds
    assert "mail_lost" in audited.kinds
