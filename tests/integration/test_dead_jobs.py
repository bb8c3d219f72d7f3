"""Jobs that were given up are listed with the other dead letters, begun anew, or dropped for good."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from shared.db import Database
from shared.errors import Conflict
from shared.queries import jobs
from shared.queries.jobs import HeldJob
from shared.settings import Settings
from tests.offices import bury, ordered, own_office
from workers.operators.letters import all_letters, whole
from workers.operators.office import Office
from workers.operators.verdicts import drop, redrive

KEY = "reset:17"


@pytest_asyncio.fixture
async def office(settings: Settings, database: Database) -> AsyncIterator[Office]:
    async with own_office(settings, database) as office:
        yield office


async def claim(office: Office, key: str = KEY) -> HeldJob | None:
    async with office.database.writer() as connection:
        return await jobs.claim(connection, "account-mail", key, 20)


async def give_up(office: Office, key: str = KEY, why: str = "OSError: no route") -> str:
    """The ID of a job whose last try failed."""
    held = await claim(office, key)
    assert held is not None
    async with office.database.writer() as connection:
        await jobs.fail(connection, held, why, again_after_s=None)
    return f"job:{held.job_id}"


async def job_row(office: Office, letter_id: str) -> dict[str, Any]:
    async with office.database.writer() as connection:
        row = await connection.row("SELECT * FROM jobs WHERE id = %s", (letter_id.removeprefix("job:"),))
    assert row is not None
    return dict(row)


async def test_dead_jobs_are_listed_after_dead_steps_the_oldest_first(office: Office) -> None:
    number = await ordered(office)
    await bury(office, number)
    first, second = await give_up(office, "reset:2"), await give_up(office, "reset:1")

    letters = await all_letters(office)

    assert [letter.id for letter in letters] == [f"step:{number}/payment/0", first, second]
    assert (letters[1].kind, letters[1].what, letters[1].order) == ("job", "account-mail", None)
    assert letters[1].why == "OSError: no route"


async def test_a_dead_job_is_shown_with_what_it_was_asked_for(office: Office) -> None:
    letter_id = await give_up(office)

    told = await whole(office, letter_id)

    assert (told["state"], told["attempts"], told["note"]) == ("dead", 1, None)
    assert told["body"] == '{"job": "account-mail", "id": "reset:17"}'


async def test_a_redriven_job_is_queued_as_if_new_and_its_row_tells_who_did_it(office: Office) -> None:
    letter_id = await give_up(office)

    await redrive(office, letter_id)
    await redrive(office, letter_id)

    row = await job_row(office, letter_id)
    assert (row["state"], row["attempt"], row["error"], row["done_at"]) == ("queued", 0, None, None)
    assert row["note"].startswith("begun anew by operator at 20")
    assert row["note"].count("begun anew") == 1
    assert await all_letters(office) == []
    async with office.database.transaction() as connection:
        assert [held.done_key for held in await jobs.take_due(connection, 4, 20)] == [KEY]


async def test_a_dropped_job_is_listed_no_more_and_done_for_nobody(office: Office) -> None:
    letter_id = await give_up(office)

    await drop(office, letter_id)
    await drop(office, letter_id)

    row = await job_row(office, letter_id)
    assert (row["state"], row["error"], row["note"].count("dropped by operator")) == ("dropped", "OSError: no route", 1)
    assert await all_letters(office) == []
    assert await claim(office) is None
    async with office.database.transaction() as connection:
        assert await jobs.take_due(connection, 4, 20) == []


async def test_a_dropped_job_can_be_begun_anew_and_its_row_keeps_both(office: Office) -> None:
    letter_id = await give_up(office)
    await drop(office, letter_id)

    await redrive(office, letter_id)

    row = await job_row(office, letter_id)
    assert row["state"] == "queued"
    assert [note.split(" by ")[0] for note in row["note"].split("; ")] == ["dropped", "begun anew"]


@pytest.mark.parametrize("state", ["running", "done"])
async def test_a_job_that_was_not_given_up_is_left_alone(office: Office, state: str) -> None:
    held = await claim(office)
    assert held is not None
    if state == "done":
        async with office.database.writer() as connection:
            await jobs.finish(connection, held)
    before = await job_row(office, f"job:{held.job_id}")

    for act in (redrive, drop):
        with pytest.raises(Conflict, match=f"is {state}, not dead"):
            await act(office, f"job:{held.job_id}")

    assert await job_row(office, f"job:{held.job_id}") == before
