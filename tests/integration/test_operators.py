"""What operators see of orders and queues, and how they begin a step anew."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices
from deploy.local.place import CHECKOUT
from shared.db import Database
from shared.domain.countries import Address
from shared.errors import Conflict, NotFound, Unavailable
from shared.settings import Settings
from storefront.api import shapes
from storefront.links import Links
from tests.environments import bare_environment
from tests.factories import BERLIN, add_variant, place
from tests.fakes import ListPublisher
from tests.offices import bury, look, ordered, own_office, send, step_row
from tests.waiting import PATIENCE_S
from workers.operators.dead_queues import DeadQueues
from workers.operators.life import life
from workers.operators.office import Office, attend
from workers.operators.orders import find_order, page_of
from workers.operators.queues import queue_rows
from workers.operators.steps import retry

UNKNOWN = "0000-0000"


@pytest_asyncio.fixture
async def office(settings: Settings, database: Database) -> AsyncIterator[Office]:
    async with own_office(settings, database) as office:
        yield office


async def set_step(office: Office, number: str, values: str) -> None:
    row = await step_row(office, number)
    async with office.database.writer() as connection:
        await connection.execute(f"UPDATE steps SET {values} WHERE id = %s", (row["id"],))  # noqa: S608


async def command(backing: BackingServices, *words: str) -> tuple[int, str, str]:
    """Run a program of workers.operators as ./shop does: exit code, output, errors."""
    environ = bare_environment(**{**backing.environment, "PATH": os.environ["PATH"]})
    run = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", f"workers.operators.{words[0]}", *words[1:]],
        cwd=CHECKOUT,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return run.returncode, run.stdout, run.stderr


async def test_every_queue_tells_what_waits_and_what_was_given_up(office: Office) -> None:
    number = await ordered(office)
    await set_step(office, number, "created_at = UTC_TIMESTAMP(6) - INTERVAL 90 SECOND")
    await send(office.settings, "orders", "one", "two", dead=False)
    await send(office.settings, "documents", "three")

    rows = {row.name: row for row in await queue_rows(office)}

    counts = {name: (row.visible, row.in_flight, row.dead) for name, row in rows.items()}
    assert counts == {"orders": (2, 0, 0), "documents": (0, 0, 1), "media": (0, 0, 0), "jobs": (0, 0, 0)}
    assert rows["orders"].oldest_s in range(90, 100)
    assert [rows[name].oldest_s for name in ("documents", "media", "jobs")] == [None, None, None]


async def test_queues_that_cannot_be_asked_are_not_looked_at(office: Office) -> None:
    nowhere = DeadQueues(settings_at_nowhere(office.settings))

    with pytest.raises(Unavailable, match="SQS"):
        await nowhere.depths()

    nowhere.close()


def settings_at_nowhere(settings: Settings) -> Settings:
    fields: dict[str, Any] = vars(settings) | {"sqs_endpoint_url": "http://127.0.0.1:9"}
    return Settings(**fields)


async def test_the_queues_verb_prints_json_and_nothing_else(backing: BackingServices, office: Office) -> None:
    code, out, _ = await command(backing, "queues", "--json")

    assert code == 0
    assert [row["name"] for row in json.loads(out)] == ["orders", "documents", "media", "jobs"]
    assert set(json.loads(out)[0]) == {"name", "visible", "in_flight", "oldest_s", "dead"}


async def test_the_queues_verb_prints_a_table(backing: BackingServices, office: Office) -> None:
    code, out, _ = await command(backing, "queues")

    assert code == 0
    assert out.splitlines()[0].split() == ["name", "visible", "in_flight", "oldest_s", "dead"]
    assert len(out.splitlines()) == 5


async def test_an_order_is_shown_as_the_api_shows_it(backing: BackingServices, office: Office) -> None:
    number = await ordered(office)

    code, out, _ = await command(backing, "orders", "show", number, "--json")

    links = Links(office.settings.public_url, office.settings.cookie_secrets)
    assert code == 0
    assert json.loads(out) == json.loads(shapes.order(await look(office, number), links).model_dump_json())


async def test_an_orders_whole_life_is_one_screen(office: Office) -> None:
    number = await ordered(office)
    await bury(office, number)
    order = await find_order(office, number)

    screen = life(order, page_of(order, office.settings)[0], office.settings.time_zone)

    titles = [line for line in screen.splitlines() if line in ("Lines", "Money", "Addresses", "Payments", "Steps",
                                                               "Documents", "Events")]  # fmt: skip
    assert titles == ["Lines", "Money", "Addresses", "Payments", "Steps", "Events"]
    assert "NEEDS A PERSON: The step payment failed for good." in screen
    assert "Jana Łukaszewicz, Prinzenstraße 84, 10969 Berlin, DE" in screen
    assert any(line.split()[:4] == ["payment", "0", "dead", "1"] for line in screen.splitlines())
    assert "payment.dead" in screen
    assert screen.splitlines()[-1].startswith(f"{office.settings.public_url}/orders/{number}?key=")


async def test_a_name_cannot_steer_the_operators_terminal(office: Office) -> None:
    nasty = Address(**vars(BERLIN) | {"name": "\x1b[2J\u202eeve\r\n"})
    sku = await add_variant(office.database)
    number = (await place(office.database, {sku: 1}, shipping_address=nasty)).order.number
    order = await find_order(office, number)

    screen = life(order, "", office.settings.time_zone)

    assert "\\x1b[2J\\u202eeve\\r\\n, Prinzenstraße 84" in screen


@pytest.mark.parametrize("number", [UNKNOWN, "é", "'; DROP TABLE orders", ""])
async def test_an_unknown_order_is_one_sentence(backing: BackingServices, office: Office, number: str) -> None:
    for words in (("orders", "show", number), ("steps", "retry", number, "receipt")):
        assert await command(backing, *words) == (1, "", "shop: There is no such order.\n")


async def test_a_dead_step_begins_anew(office: Office) -> None:
    number = await ordered(office)
    await bury(office, number)
    await set_step(office, number, "created_at = UTC_TIMESTAMP(6) - INTERVAL 25 HOUR, attempt = 40")

    retried = await retry(office, number, "payment")

    row, order = await step_row(office, number), await look(office, number)
    assert (retried.state, retried.has_changed) == ("queued", True)
    assert (row["state"], row["attempt"], row["error"], row["age_s"]) == ("queued", 0, None, 0)
    assert order.attention is None
    assert [(event.what, event.who, event.why) for event in order.events][-1] == (
        "step.retried", "operator", "payment/0")  # fmt: skip
    assert isinstance(office.publisher, ListPublisher)
    assert [message.step_id for message in office.publisher.sent] == [row["id"]]


async def test_a_retrying_step_need_not_wait_for_its_time(office: Office) -> None:
    number = await ordered(office)
    await set_step(office, number, "state = 'retrying', next_retry_at = UTC_TIMESTAMP(6) + INTERVAL 900 SECOND")

    await retry(office, number, "payment/0")

    row = await step_row(office, number)
    assert (row["state"], row["next_retry_at"]) == ("queued", None)


async def test_a_retry_said_twice_is_one(office: Office) -> None:
    number = await ordered(office)
    await bury(office, number)

    first, second = await retry(office, number, "payment"), await retry(office, number, "payment")

    events = [event.what for event in (await look(office, number)).events]
    assert (first.has_changed, second.has_changed) == (True, False)
    assert events.count("step.retried") == 1


async def test_two_operators_at_once_retry_a_step_once(office: Office) -> None:
    number = await ordered(office)
    await bury(office, number)

    both = await asyncio.gather(*(retry(office, number, "payment") for _ in range(2)))

    assert sorted(one.has_changed for one in both) == [False, True]


@pytest.mark.parametrize("state", ["running", "done", "waiting"])
async def test_a_step_that_needs_no_retry_is_left_alone(office: Office, state: str) -> None:
    number = await ordered(office)
    await set_step(office, number, f"state = '{state}'")
    before = await step_row(office, number)

    with pytest.raises(Conflict, match=f"order {number} is not retried: "):
        await retry(office, number, "payment")

    assert {**await step_row(office, number), "age_s": 0} == {**before, "age_s": 0}
    assert "step.retried" not in [event.what for event in (await look(office, number)).events]


async def test_an_order_has_no_step_of_a_name_nobody_knows(office: Office) -> None:
    number = await ordered(office)

    with pytest.raises(NotFound, match="has no step dance"):
        await retry(office, number, "dance")


async def test_of_several_steps_of_a_name_one_must_be_said(office: Office) -> None:
    number = await ordered(office)
    async with office.database.transaction() as connection:
        row = await step_row(office, number)
        copy = await connection.insert(
            "INSERT INTO steps (order_id, step, ref, state, due_at, created_at) "
            "SELECT order_id, step, 7, 'dead', due_at, created_at FROM steps WHERE id = %s", (row["id"],),
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO outbox (step_id, queue, task, headers, created_at) "
            "SELECT %s, queue, task, headers, created_at FROM outbox WHERE step_id = %s", (copy, row["id"]),
        )  # fmt: skip

    with pytest.raises(Conflict, match="payment/0 or payment/7"):
        await retry(office, number, "payment")

    assert (await retry(office, number, "payment/7")).ref == 7


async def test_the_retry_verb_prints_json(backing: BackingServices, office: Office) -> None:
    number = await ordered(office)
    await bury(office, number)

    code, out, _ = await command(backing, "steps", "retry", number, "payment", "--json")

    assert code == 0
    assert json.loads(out) == {"number": number, "step": "payment", "ref": 0, "state": "queued", "has_changed": True}


def test_a_fault_of_ours_is_no_refusal(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Office) -> None:
        raise KeyError("row")

    monkeypatch.setattr("workers.operators.office.load_settings", lambda: settings)

    assert attend(fail) == 2
    assert "KeyError: 'row'" in capsys.readouterr().err
