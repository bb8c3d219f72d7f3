"""The local stand-in of the tier's SQS daemon: what it posts, when it deletes, and that two keep the time as one."""

import asyncio
import json
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from deploy.local.backing import BackingServices
from deploy.local.daemon.leader import Leadership
from deploy.local.daemon.schedule import Entry, ScheduleFault, parse, read_schedule
from deploy.local.daemon.sqs import Attributes, Queue, SqsFault
from deploy.local.daemon.timekeeper import Timekeeper
from deploy.local.queues import REGION
from deploy.local.tiers import SCHEDULE
from shared.settings import Settings
from shared.sqs import sqs_client
from tests.waiting import PATIENCE_S, free_port, until

TRIES = 3
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass
class Door:
    """What was posted, and how it is answered: by the message's own text."""

    posted: list[tuple[str, HTTPHeaders, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    two: asyncio.Barrier = field(default_factory=lambda: asyncio.Barrier(2))

    def bodies(self) -> list[str]:
        return [body for _, _, body in self.posted]


class DoorHandler(RequestHandler):
    def initialize(self, door: Door) -> None:
        self.door = door

    async def post(self) -> None:
        body = self.request.body.decode()
        self.door.posted.append((self.request.path, self.request.headers, body))
        self.door.at_once += 1
        self.door.most_at_once = max(self.door.most_at_once, self.door.at_once)
        if body.startswith("together"):
            await self.door.two.wait()
        await asyncio.sleep({"slow": 0.4, "together": 0.4, "silent": 4}.get(body.split()[0], 0))
        self.door.at_once -= 1
        self.set_status({"refused": 404, "failed": 500, "made": 201}.get(body.split()[0], 200))


@dataclass
class Stand:
    """A queue of its own, a door, and the daemon between them."""

    sqs: Any
    url: str
    dead_url: str
    queue: Queue
    door: Door
    target: str
    log: Path

    def depth(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    async def is_deleted(self) -> bool:
        return await asyncio.to_thread(self.depth, self.url) == 0

    def start(self, *options: str) -> "subprocess.Popen[bytes]":
        return daemon(
            *("--queue-url", self.url, "--endpoint", self.sqs.meta.endpoint_url, "--target", self.target),
            *("--connections", "2", "--inactivity-s", "1", "--visibility-s", "5", "--error-visibility-s", "1"),
            *options,
            log=self.log,
        )

    async def is_ready(self) -> bool:
        return "is ready" in self.log.read_text()


def daemon(*arguments: str, log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as output:
        return subprocess.Popen([sys.executable, "-m", "deploy.local.daemon", *arguments], stdout=output, stderr=output)


def end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def sqs(settings: Settings) -> Iterator[Any]:
    client = sqs_client(settings, threads=4)
    yield client
    client.close()


@pytest_asyncio.fixture
async def stand(backing: BackingServices, sqs: Any, tmp_path: Path) -> AsyncIterator[Stand]:
    name = f"jobs-{secrets.token_hex(4)}"
    dead_url = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": TRIES})
    url = sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": redrive})["QueueUrl"]
    socket, port = bind_unused_port(address="127.0.0.1")
    door = Door()
    server = HTTPServer(Application([(".*", DoorHandler, {"door": door})]))
    server.add_socket(socket)
    queue = Queue(backing.environment["SQS_ENDPOINT_URL"], url, REGION)
    yield Stand(sqs, url, dead_url, queue, door, f"http://127.0.0.1:{port}/worker", tmp_path / "log")
    server.stop()
    await server.close_all_connections()


@pytest_asyncio.fixture
async def running(stand: Stand) -> AsyncIterator[Stand]:
    process = stand.start()
    try:
        await until(stand.is_ready)
        yield stand
        assert process.poll() is None, stand.log.read_text()
    finally:
        end(process)


async def test_a_message_is_posted_with_the_daemons_headers_and_deleted_after_200(running: Stand) -> None:
    sent = running.sqs.send_message(QueueUrl=running.url, MessageBody='{"job": "audit", "id": "1"}')
    await until(running.is_deleted)

    ((path, headers, body),) = running.door.posted
    told = {name: value for name, value in headers.items() if name.startswith("X-Aws-Sqsd")}
    first = datetime.fromisoformat(told.pop("X-Aws-Sqsd-First-Received-At"))
    assert (path, body) == ("/worker", '{"job": "audit", "id": "1"}')
    assert headers["User-Agent"].startswith("aws-sqsd/")
    assert headers["Content-Type"] == "application/json"
    assert told.pop("X-Aws-Sqsd-Sender-Id")
    assert told == {
        "X-Aws-Sqsd-Msgid": sent["MessageId"],
        "X-Aws-Sqsd-Queue": running.queue.name,
        "X-Aws-Sqsd-Receive-Count": "1",
    }
    assert abs(datetime.now(UTC) - first) < timedelta(seconds=10)


async def test_a_scheduled_message_says_its_job_its_time_and_goes_to_its_path(running: Stand, tmp_path: Path) -> None:
    entry = Entry("audit", "/of-its-own", parse("* * * * *"))
    timekeeper = Timekeeper([entry], running.queue, Leadership(tmp_path / "leader"))

    await asyncio.to_thread(timekeeper.look, NOON)
    await asyncio.to_thread(timekeeper.look, NOON + timedelta(seconds=61))
    await until(running.is_deleted)

    ((path, headers, body),) = running.door.posted
    assert (path, body) == ("/of-its-own", "elasticbeanstalk scheduled job")
    assert headers["X-Aws-Sqsd-Taskname"] == "audit"
    assert headers["X-Aws-Sqsd-Scheduled-At"] == "2026-11-24T12:01:00Z"
    assert headers["X-Aws-Sqsd-Path"] == "/of-its-own"


async def test_what_is_not_answered_with_200_comes_again_until_it_is_in_the_dead_letter_queue(running: Stand) -> None:
    for text in ("refused", "failed", "made", "silent"):
        running.queue.send(text, {})

    async def are_dead() -> bool:
        return await asyncio.to_thread(running.depth, running.dead_url) == 4

    await until(are_dead)
    assert sorted(running.door.bodies()) == sorted(["refused", "failed", "made", "silent"] * TRIES)
    counts = [headers["X-Aws-Sqsd-Receive-Count"] for _, headers, body in running.door.posted if body == "refused"]
    assert counts == ["1", "2", "3"]


async def test_as_many_are_posted_at_once_as_there_are_connections(stand: Stand) -> None:
    for number in range(6):
        stand.queue.send(f"together {number}", {})

    process = stand.start("--inactivity-s", "60", "--visibility-s", "90")
    try:
        await until(stand.is_deleted)
    finally:
        end(process)

    assert sorted(stand.door.bodies()) == [f"together {number}" for number in range(6)]
    assert stand.door.most_at_once == 2


async def test_a_foreign_attribute_is_told_and_one_that_cannot_be_a_header_is_left_out(running: Stand) -> None:
    running.queue.send("hello", {"colour": "navy", "size": "größer"})

    await until(running.is_deleted)

    ((_, headers, _),) = running.door.posted
    assert headers["X-Aws-Sqsd-Attr-Colour"] == "navy"
    assert "X-Aws-Sqsd-Attr-Size" not in headers


async def test_a_queue_that_was_forgotten_is_polled_once_it_is_made_again(running: Stand) -> None:
    running.sqs.delete_queue(QueueUrl=running.url)

    async def has_noticed() -> bool:
        return "cannot be polled" in running.log.read_text()

    await until(has_noticed)
    running.sqs.create_queue(QueueName=running.queue.name)
    running.queue.send("hello", {})
    await until(running.is_deleted)

    assert running.door.bodies() == ["hello"]
    assert "answers again" in running.log.read_text()


async def test_a_stopping_daemon_lets_what_it_posted_be_answered(stand: Stand) -> None:
    process = stand.start()
    try:
        await until(stand.is_ready)
        stand.queue.send("slow 1", {})

        async def is_posted() -> bool:
            return stand.door.bodies() == ["slow 1"]

        await until(is_posted)
        process.send_signal(signal.SIGTERM)
        exit_code = await asyncio.to_thread(process.wait, PATIENCE_S)
    finally:
        end(process)

    assert exit_code == 0
    assert await stand.is_deleted()
    assert "Traceback" not in stand.log.read_text()


async def test_a_door_that_is_just_being_opened_is_waited_for(stand: Stand) -> None:
    port = free_port()
    stand.target = f"http://127.0.0.1:{port}/worker"
    process = stand.start("--connect-s", "60", "--visibility-s", "90")
    try:
        await until(stand.is_ready)
        stand.queue.send("hello", {})

        async def is_taken() -> bool:
            names = ["ApproximateNumberOfMessagesNotVisible"]
            found = stand.sqs.get_queue_attributes(QueueUrl=stand.url, AttributeNames=names)
            return bool(found["Attributes"][names[0]] == "1")

        await until(is_taken)
        server = HTTPServer(Application([(".*", DoorHandler, {"door": stand.door})]))
        server.listen(port, "127.0.0.1")
        await until(stand.is_deleted)
    finally:
        end(process)

    assert [headers["X-Aws-Sqsd-Receive-Count"] for _, headers, _ in stand.door.posted] == ["1"]
    server.stop()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--inactivity-s", "5"), "--inactivity-s must be shorter"),
        (("--cron", "x.yaml"), "--cron and --leader-file go together"),
        (("--cron", "/nowhere/cron.yaml", "--leader-file", "/dev/null"), "is no schedule"),
    ],
)
async def test_wrong_usage_is_2_and_says_what_is_wrong(stand: Stand, options: tuple[str, ...], told: str) -> None:
    process = stand.start(*options)

    assert await asyncio.to_thread(process.wait, PATIENCE_S) == 2
    assert told in stand.log.read_text()


@dataclass
class ListQueue:
    sent: list[tuple[str, str]] = field(default_factory=list)
    is_away: bool = False

    def send(self, body: str, attributes: Attributes) -> None:
        if self.is_away:
            raise SqsFault("away")
        self.sent.append((attributes["beanstalk.sqsd.task_name"], attributes["beanstalk.sqsd.scheduled_time"][11:16]))


def timekeeper_on(queue: ListQueue, folder: Path) -> tuple[Timekeeper, Leadership]:
    entries = [Entry("sweep", "/worker", parse("* * * * *")), Entry("expire", "/worker", parse("*/5 * * * *"))]
    leadership = Leadership(folder / "leader")
    return Timekeeper(entries, queue, leadership), leadership


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_two_daemons_send_each_job_once_and_the_second_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    queue = ListQueue()
    (first, leads), (second, follows) = timekeeper_on(queue, tmp_path), timekeeper_on(queue, tmp_path)

    for minutes in (0.0, 0.5, 1.1, 1.6):
        first.look(at(minutes))
        second.look(at(minutes))
    leads.close()
    for minutes in (2.1, 3.0):
        second.look(at(minutes))

    assert queue.sent == [("sweep", "12:01"), ("sweep", "12:02"), ("sweep", "12:03")]
    follows.close()


def test_what_was_missed_while_nobody_ran_stays_missed(tmp_path: Path) -> None:
    queue = ListQueue()
    first, leads = timekeeper_on(queue, tmp_path)
    first.look(at(0))
    first.look(at(1))
    leads.close()

    later, leads = timekeeper_on(queue, tmp_path)
    later.look(at(31))

    assert queue.sent == [("sweep", "12:01"), ("sweep", "12:31")]
    leads.close()


def test_jobs_wait_for_a_queue_that_is_away(tmp_path: Path) -> None:
    queue = ListQueue()
    timekeeper, leads = timekeeper_on(queue, tmp_path)
    timekeeper.look(at(3))

    queue.is_away = True
    timekeeper.look(at(4))
    timekeeper.look(at(5))
    queue.is_away = False
    timekeeper.look(at(6))

    assert queue.sent == [("sweep", "12:04"), ("sweep", "12:05"), ("expire", "12:05"), ("sweep", "12:06")]
    leads.close()


@pytest.mark.parametrize(
    ("text", "fits", "does_not"),
    [
        ("* * * * *", ["2026-11-24T12:34"], []),
        ("*/15 * * * *", ["2026-11-24T12:00", "2026-11-24T12:45"], ["2026-11-24T12:46"]),
        ("10 23 * * *", ["2026-11-24T23:10"], ["2026-11-24T22:10", "2026-11-24T23:11"]),
        ("0 9-17/4 * * *", ["2026-11-24T09:00", "2026-11-24T17:00"], ["2026-11-24T18:00"]),
        ("5/20 * * * *", ["2026-11-24T12:05", "2026-11-24T12:45"], ["2026-11-24T12:00"]),
        ("0 0 1 jan,JUL *", ["2026-07-01T00:00"], ["2026-02-01T00:00", "2026-07-02T00:00"]),
        ("0 0 * * mon-fri", ["2026-11-24T00:00"], ["2026-11-22T00:00"]),
        ("0 0 * * 7", ["2026-11-22T00:00"], ["2026-11-23T00:00"]),
        ("0 0 * * 5-7", ["2026-11-22T00:00", "2026-11-27T00:00"], ["2026-11-23T00:00"]),
        ("0 0 1 * mon", ["2026-11-01T00:00", "2026-11-23T00:00"], ["2026-11-24T00:00"]),
    ],
)
def test_a_cron_expression_means_what_cron_means(text: str, fits: list[str], does_not: list[str]) -> None:
    cron = parse(text)

    assert all(cron.fits(datetime.fromisoformat(moment)) for moment in fits)
    assert not any(cron.fits(datetime.fromisoformat(moment)) for moment in does_not)


@pytest.mark.parametrize(
    "text", ["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8",
             "*/0 * * * *", "5-3 * * * *", "*-5 * * * *", "x * * * *", "1, * * * *", "* * * mon *"],
)  # fmt: skip
def test_what_is_no_cron_expression_is_a_fault(text: str) -> None:
    with pytest.raises(ScheduleFault):
        parse(text)


@pytest.mark.parametrize(
    "text", ["", "version: 2\ncron: []", "version: 1", "version: 1\ncron: [{name: x}]", "- x", "version: 1\ncron: {",
             "version: 1\ncron: [{name: x, url: /, schedule: '* * *'}]",
             "version: 1\ncron: [{name: x, url: /, schedule: '* * * * *'}, {name: x, url: /, schedule: '* * * * *'}]"],
)  # fmt: skip
def test_a_file_that_is_no_schedule_is_a_fault(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cron.yaml"
    path.write_text(text)

    with pytest.raises(ScheduleFault):
        read_schedule(path)


def test_the_shops_own_schedule_is_read() -> None:
    assert {entry.name: entry.path for entry in read_schedule(SCHEDULE)} == dict.fromkeys(
        ("sweep", "expire", "close-day", "audit", "purge"), "/worker"
    )
