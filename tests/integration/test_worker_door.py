"""`POST /worker` and `cron.yaml`: what the tier's SQS daemon may ask for, and what it is told."""

import dataclasses
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml  # type: ignore[import-untyped]
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port

from shared.db import Database
from shared.media import Media
from shared.messages import ORDERS, PROCESS_ORDER, Message, envelope
from shared.queries.orders import order_by_number
from shared.settings import Settings
from tests.factories import add_variant, count, place
from tests.fakes import ListPublisher, MemoryMailer
from tests.waiting import until
from workers import jobs as registry
from workers.errand import Errand, Unclear, read_errand
from workers.http import BODY_LIMIT, make_app
from workers.job_desk import JobDesk
from workers.jobs import JOBS
from workers.plain import State
from workers.refused import MOST_WAITING, RefusalNotes
from workers.tools import Tools

CRON = Path(__file__).parents[2] / "deploy/beanstalk-worker/cron.yaml"
AT = "2026-11-24T12:00:00Z"
AUDIT = {"X-Aws-Sqsd-Taskname": "audit", "X-Aws-Sqsd-Scheduled-At": AT}
NUMBER = "K7QM-4X2D"


@dataclasses.dataclass
class Door:
    url: str
    done: list[str]
    faults: list[Exception]

    async def ask(self, headers: dict[str, str], body: bytes = b"elasticbeanstalk scheduled job") -> HTTPResponse:
        request = HTTPRequest(self.url, "POST", headers, body)
        return await AsyncHTTPClient().fetch(request, raise_error=False)

    async def hand_over(self, message: object) -> HTTPResponse:
        return await self.ask({}, json.dumps(message).encode())


def tools_with(settings: Settings, database: Database) -> Tools:
    media, publisher = Media(settings.media_root), ListPublisher()
    mailer = MemoryMailer()
    return Tools(settings=settings, database=database, gateways={}, mailer=mailer, media=media, publisher=publisher)


@pytest_asyncio.fixture
async def door(settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    """The worker's HTTP side, where the audit is a note in a list."""
    state = State(tools := tools_with(settings, database), JobDesk(tools))
    socket, port = bind_unused_port(address="127.0.0.1")
    made = Door(f"http://127.0.0.1:{port}/worker", [], [])

    async def audit(_: Tools) -> None:
        if made.faults:
            raise made.faults.pop()
        made.done.append("audit")

    monkeypatch.setattr(registry, "JOBS", {**JOBS, "audit": audit})
    server = HTTPServer(make_app(state), max_body_size=BODY_LIMIT)
    server.add_socket(socket)
    yield made
    server.stop()
    await state.desk.close(5)
    await server.close_all_connections()


async def test_a_scheduled_job_is_done_before_its_200_and_only_once(door: Door) -> None:
    answers = [await door.ask(AUDIT) for _ in range(3)]

    assert [(answer.code, answer.body) for answer in answers] == [
        (200, b"done\n"),
        (200, b"done already, or somebody is at it\n"),
        (200, b"done already, or somebody is at it\n"),
    ]
    assert door.done == ["audit"]


async def test_a_job_without_a_time_is_done_each_time_it_is_asked_for(door: Door) -> None:
    answers = [await door.ask({"X-Aws-Sqsd-Taskname": "audit"}) for _ in range(2)]

    assert [answer.code for answer in answers] == [200, 200]
    assert door.done == ["audit"] * 2


async def test_a_failed_job_is_a_500_that_is_logged_with_its_name_and_its_message_may_return(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    door.faults.append(OSError("the disk is full"))

    failed = await door.ask(AUDIT)
    again = await door.ask(AUDIT)

    assert (failed.code, again.code, door.done) == (500, 200, ["audit"])
    assert "the job audit failed, try 1" in caplog.text


async def test_a_handed_over_job_is_stored_and_answered_and_done_once(door: Door, database: Database) -> None:
    answers = [await door.hand_over({"job": "audit", "id": "17"}) for _ in range(2)]

    async def is_done() -> bool:
        return door.done == ["audit"]

    await until(is_done)
    assert [answer.code for answer in answers] == [200, 200]
    assert await count(database, "jobs") == 1


@pytest.mark.parametrize("message", [{"job": "of-tomorrow", "id": "1"}, {"job": "AUDIT", "id": "1"}])
async def test_an_unknown_handed_over_job_is_a_404_and_is_not_stored(
    door: Door, database: Database, message: dict[str, str]
) -> None:
    answer = await door.hand_over(message)

    assert (answer.code, await count(database, "jobs")) == (404, 0)


async def test_an_unknown_scheduled_job_is_a_404_that_is_logged(
    door: Door, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await door.ask({**AUDIT, "X-Aws-Sqsd-Taskname": "no-such-job"})

    assert (answer.code, await count(database, "jobs")) == (404, 0)
    assert "unknown job 'no-such-job'" in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"audit"',
        b"{}",
        b'{"job": "audit"}',
        b'{"job": "audit", "id": null}',
        b'{"job": "audit", "id": true}',
        b'{"job": "audit", "id": 1.5}',
        b'{"job": "audit", "id": ["1"]}',
        b'{"job": ["audit"], "id": "1"}',
        b'{"job": "", "id": "1"}',
        b'{"job": "audit", "id": ""}',
        b'{"job": "audit", "id": "%s"}' % (b"x" * 101),
        b'{"job": "audit", "id": "1", "more": 1}',
        '{"job": "audit", "id": "größe"}'.encode(),
        b'{"job": "audit", "id": 1%s}' % (b"0" * 30),
        b"[" * 100_000,
        b"{" * 200_000,
        b"x" * 250_000,
    ],
)
async def test_what_is_no_message_of_ours_is_a_400_and_changes_nothing(
    door: Door, database: Database, body: bytes
) -> None:
    answer = await door.ask({}, body)

    assert (answer.code, await count(database, "jobs"), door.done) == (400, 0, [])


@pytest.mark.parametrize("moment", ["", "x" * 101, "zwölf"])
async def test_a_time_that_cannot_be_a_key_is_a_400(door: Door, moment: str) -> None:
    answer = await door.ask({**AUDIT, "X-Aws-Sqsd-Scheduled-At": moment})

    assert (answer.code, door.done) == (400, [])


async def test_more_than_a_message_may_hold_is_refused_unread(door: Door) -> None:
    answer = await door.ask({}, b"x" * (BODY_LIMIT + 1))

    assert 400 <= answer.code < 600
    assert answer.code != 500
    assert door.done == []


@pytest.mark.parametrize("forwarded", ["203.0.113.9", "127.0.0.1, 203.0.113.9", "unknown"])
async def test_nobody_from_outside_finds_this_door(door: Door, forwarded: str) -> None:
    answer = await door.ask({**AUDIT, "X-Forwarded-For": forwarded})

    assert (answer.code, door.done) == (404, [])


async def test_the_daemons_own_proxy_may_say_that_it_was_there(door: Door) -> None:
    answer = await door.ask({**AUDIT, "X-Forwarded-For": "127.0.0.1, ::1"})

    assert answer.code == 200


async def test_other_verbs_are_no_way_in(door: Door) -> None:
    answer = await AsyncHTTPClient().fetch(door.url, headers=AUDIT, raise_error=False)

    assert (answer.code, door.done) == (405, [])


def celery_texts() -> dict[str, bytes]:
    wrapped = envelope(Message(ORDERS, PROCESS_ORDER, 1, {"order_number": NUMBER})).encode()
    plain = json.dumps({"headers": {"task": "x", "order_number": 5}, "properties": {}, "body": ""}).encode()
    return {"as it is sent": wrapped, "without its outer coat": plain}


@pytest.mark.parametrize("kind", celery_texts())
async def test_a_message_of_celery_is_refused_with_a_clear_error(
    door: Door, database: Database, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    answer = await door.ask({"X-Aws-Sqsd-Msgid": "m-1"}, celery_texts()[kind])

    assert answer.code == 400
    assert answer.body == b"a message of Celery belongs to a queue of the Celery workers\n"
    assert "message m-1 is refused: a message of Celery belongs to a queue of the Celery workers" in caplog.text
    assert await count(database, "jobs") == 0


async def test_a_message_of_celery_is_noted_on_its_order_the_first_time(door: Door, database: Database) -> None:
    number = (await place(database, {await add_variant(database): 1})).order.number
    text = envelope(Message(ORDERS, PROCESS_ORDER, 1, {"order_number": number})).encode()

    for received in ("1", "2", "3"):
        await door.ask({"X-Aws-Sqsd-Receive-Count": received}, text)

    why = "on the queue jobs: a message of Celery belongs to a queue of the Celery workers"
    assert await noted(database, number) == (f"A message about this order was refused: {why}", [why])


async def noted(database: Database, number: str) -> tuple[str | None, list[str | None]]:
    """The order's attention, and the reasons of its refused messages."""
    async with database.writer() as connection:
        order = await order_by_number(connection, number)
    return order.attention, [event.why for event in order.events if event.what == "message.refused"]


async def test_without_its_database_the_door_says_not_now(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Database("mysql://nobody:x@127.0.0.1:9/shop")
    state = State(tools := tools_with(settings, nowhere), JobDesk(tools))
    socket, port = bind_unused_port(address="127.0.0.1")
    server = HTTPServer(make_app(state))
    server.add_socket(socket)
    door = Door(f"http://127.0.0.1:{port}/worker", [], [])

    answers = [await door.ask(AUDIT), await door.hand_over({"job": "audit", "id": "1"})]

    assert [answer.code for answer in answers] == [503, 503]
    server.stop()
    await server.close_all_connections()
    await nowhere.close()


@pytest.mark.parametrize(
    ("moment", "key"),
    [
        (AT, AT),
        ("2026-11-24T13:00:00+01:00", AT),
        ("2026-11-24T12:00:00", AT),
        ("2026-11-24T12:00:00.000Z", AT),
        ("Tue, 24 Nov 2026 12:00:00 GMT", "Tue, 24 Nov 2026 12:00:00 GMT"),
    ],
)
def test_the_same_moment_is_the_same_key(moment: str, key: str) -> None:
    headers = {"X-Aws-Sqsd-Taskname": "audit", "X-Aws-Sqsd-Scheduled-At": moment}

    assert read_errand(headers, b"") == Errand("audit", key)


@pytest.mark.parametrize(("given", "key"), [("17", "17"), (17, "17"), (-3, "-3")])
def test_a_handed_over_jobs_id_may_be_a_number(given: object, key: str) -> None:
    assert read_errand({}, json.dumps({"job": "audit", "id": given}).encode()) == Errand("audit", key, True)


def test_the_order_is_named_only_by_what_can_be_a_number() -> None:
    with pytest.raises(Unclear) as fault:
        read_errand({}, celery_texts()["without its outer coat"])

    assert fault.value.order_number is None


def test_every_job_of_the_schedule_exists_and_goes_to_the_one_door() -> None:
    schedule = yaml.safe_load(CRON.read_text())

    assert schedule["version"] == 1
    assert {entry["name"] for entry in schedule["cron"]} == set(JOBS) == {
        "sweep", "expire", "close-day", "audit", "purge",
    }  # fmt: skip
    assert {entry["url"] for entry in schedule["cron"]} == {"/worker"}
    assert all(len(entry["schedule"].split()) == 5 for entry in schedule["cron"])


async def test_a_refusal_of_a_worker_is_on_its_order_within_seconds(settings: Settings, database: Database) -> None:
    number = (await place(database, {await add_variant(database): 1})).order.number
    notes = RefusalNotes(settings.database_writer_url)

    notes("orders", number, "no such task here")
    notes("orders", "ZZZZ-ZZZZ", "no such task here")
    notes("orders", None, "it is no message of Celery")
    notes("documents", number, "it is compressed")

    async def both() -> Any:
        attention, reasons = await noted(database, number)
        return (attention, reasons) if len(reasons) == 2 else None

    assert await until(both) == (
        "A message about this order was refused: on the queue orders: no such task here",
        ["on the queue orders: no such task here", "on the queue documents: it is compressed"],
    )


async def test_a_graver_reason_for_attention_is_not_painted_over(settings: Settings, database: Database) -> None:
    number = (await place(database, {await add_variant(database): 1})).order.number
    async with database.writer() as connection:
        await connection.execute("UPDATE orders SET attention = 'The step payment failed for good.'")

    RefusalNotes(settings.database_writer_url)("orders", number, "it is compressed")

    async def event() -> Any:
        attention, reasons = await noted(database, number)
        return reasons and attention

    assert await until(event) == "The step payment failed for good."


async def test_a_refusal_is_noted_once_the_database_is_back(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = (await place(database, {await add_variant(database): 1})).order.number
    addresses = ["mysql://nobody:x@127.0.0.1:9/shop", settings.database_writer_url]
    monkeypatch.setattr("workers.refused.Database", lambda _, pool_size: Database(addresses.pop(0), (), pool_size))

    RefusalNotes("")("orders", number, "it is compressed")

    async def reasons() -> Any:
        return (await noted(database, number))[1]

    assert await until(reasons) == ["on the queue orders: it is compressed"]


def test_a_flood_of_refusals_holds_nobody_up(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RefusalNotes, "_work", lambda _: None)  # its database is silent
    notes = RefusalNotes("mysql://nobody:x@127.0.0.1:9/shop")

    with caplog.at_level(logging.WARNING):
        for _ in range(MOST_WAITING + 1):
            notes("orders", NUMBER, "it is compressed")

    assert caplog.text.count(f"too many refusals at once; order {NUMBER} does not tell of its own") == 1
