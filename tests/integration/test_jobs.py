"""A job is done once for its done-key, whoever asks for it and however often."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from shared.db import Database
from shared.media import Media
from shared.queries import jobs
from shared.queries.old_rows import KINDS
from shared.settings import Settings
from tests.factories import count
from tests.fakes import ListPublisher, MemoryMailer
from tests.waiting import until
from workers import jobs as registry
from workers.job_desk import PLACES, JobDesk
from workers.jobs import MOST_TRIES, Job, Outcome, claim, retry_after_s
from workers.purge import purge
from workers.tools import Tools, open_tools

AT = "2026-11-24T12:00:00Z"
LEASE_S = 3  # renewed after each third


class Work:
    """A job that waits until it may end, fails as often as it is told, and counts."""

    def __init__(self, failures: int = 0) -> None:
        self.begun, self.ended, self.failures = 0, 0, failures
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self, tools: Tools) -> None:
        self.begun += 1
        await self.may_end.wait()
        if self.begun <= self.failures:
            raise OSError("the disk is full")
        self.ended += 1


@pytest.fixture
def tools(settings: Settings, database: Database) -> Tools:
    """With leases that end in no test by themselves."""
    return Tools(
        settings=dataclasses.replace(settings, step_lease_s=600),
        database=database,
        gateways={},
        mailer=MemoryMailer(),
        media=Media(settings.media_root),
        publisher=ListPublisher(),
    )


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Stands in the place of the job audit."""
    made = Work()
    known: dict[str, Job] = {**registry.JOBS, "audit": made}
    monkeypatch.setattr(registry, "JOBS", known)
    return made


@pytest_asyncio.fixture
async def desk(tools: Tools) -> AsyncIterator[JobDesk]:
    made = JobDesk(tools)
    yield made
    await made.close(5)


async def job(database: Database, name: str = "audit", done_key: str = AT) -> dict[str, Any]:
    async with database.writer() as connection:
        row = await connection.row("SELECT * FROM jobs WHERE name = %s AND done_key = %s", (name, done_key))
    return row or {}


async def is_done(database: Database, done_key: str) -> bool:
    return bool((await job(database, done_key=done_key)).get("state") == "done")


async def change(database: Database, assignments: str) -> None:
    async with database.writer() as connection:
        await connection.execute(f"UPDATE jobs SET {assignments}")  # noqa: S608


async def test_a_job_is_done_once_for_its_key_and_again_for_another(
    database: Database, desk: JobDesk, work: Work
) -> None:
    first, again = await desk.do("audit", AT), await desk.do("audit", AT)
    other = await desk.do("audit", "2026-11-25T12:00:00Z")

    assert (first, again, other) == (Outcome.DONE, Outcome.NOT_OURS, Outcome.DONE)
    assert work.ended == 2
    assert (await job(database))["attempt"] == 1


async def test_ten_who_ask_at_once_have_it_done_once(database: Database, desk: JobDesk, work: Work) -> None:
    work.may_end.clear()

    asked = [asyncio.create_task(desk.do("audit", AT)) for _ in range(10)]
    await until(lambda: nine_answered(asked))
    work.may_end.set()
    outcomes = await asyncio.gather(*asked)

    assert sorted(outcomes) == [Outcome.DONE] + [Outcome.NOT_OURS] * 9
    assert (work.begun, await count(database, "jobs")) == (1, 1)


async def nine_answered(asked: list[asyncio.Task[Outcome]]) -> bool:
    return sum(task.done() for task in asked) == 9


async def test_a_job_that_takes_longer_than_its_lease_stays_in_the_same_hands(
    database: Database, tools: Tools, work: Work
) -> None:
    desk = JobDesk(dataclasses.replace(tools, settings=dataclasses.replace(tools.settings, step_lease_s=LEASE_S)))
    work.may_end.clear()
    running = asyncio.create_task(desk.do("audit", AT))
    first = await until(lambda: job(database))

    renewed = await until(lambda: lease_after(database, first["lease_until"]))
    taken, answered = await desk.take_over(), await desk.do("audit", AT)
    work.may_end.set()

    assert renewed["lease_token"] == first["lease_token"]
    assert (taken, answered, await running) == (0, Outcome.NOT_OURS, Outcome.DONE)
    assert work.begun == 1


async def lease_after(database: Database, moment: object) -> dict[str, Any]:
    row = await job(database)
    return row if row["lease_until"] > moment else {}


async def test_what_a_vanished_process_held_is_taken_over(
    database: Database, tools: Tools, desk: JobDesk, work: Work
) -> None:
    vanished = await claim(tools, "audit", AT)
    await change(database, "lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND")

    taken = await desk.take_over()
    await until(lambda: is_done(database, AT))

    assert vanished is not None
    assert (taken, work.ended, (await job(database))["attempt"]) == (1, 1, 2)
    async with database.writer() as connection:
        assert not await jobs.finish(connection, vanished)


async def test_two_sweeps_take_a_job_over_once(database: Database, tools: Tools, work: Work) -> None:
    for number in range(6):
        await claim(tools, "audit", f"{number}")
    await change(database, "lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND")
    work.may_end.clear()
    desks = [JobDesk(tools), JobDesk(tools)]

    taken = await asyncio.gather(*(desk.take_over() for desk in desks))
    taken += [await desk.take_over() for desk in desks]
    work.may_end.set()
    await asyncio.gather(*(desk.close(5) for desk in desks))

    assert (sum(taken), work.ended) == (6, 6)


async def test_a_failed_job_is_taken_up_again_when_its_time_has_come(
    database: Database, desk: JobDesk, work: Work
) -> None:
    work.failures = 1

    outcome = await desk.do("audit", AT)
    failed, too_early = await job(database), await desk.take_over()
    await change(database, "next_retry_at = UTC_TIMESTAMP(6)")
    taken = await desk.take_over()
    await until(lambda: is_done(database, AT))

    assert (outcome, too_early, taken, work.ended) == (Outcome.FAILED, 0, 1, 1)
    assert (failed["state"], failed["error"]) == ("retrying", "OSError: the disk is full")
    assert (await job(database))["error"] is None


async def test_a_message_that_returns_is_itself_the_next_try(database: Database, desk: JobDesk, work: Work) -> None:
    work.failures = 1

    outcomes = [await desk.do("audit", AT) for _ in range(3)]

    assert outcomes == [Outcome.FAILED, Outcome.DONE, Outcome.NOT_OURS]


async def test_a_job_that_never_succeeds_is_dead_until_somebody_redrives_its_message(
    database: Database, desk: JobDesk, work: Work
) -> None:
    work.failures = MOST_TRIES
    for _ in range(MOST_TRIES):
        assert await desk.do("audit", AT) is Outcome.FAILED

    dead, taken = await job(database), await desk.take_over()
    redriven = await desk.do("audit", AT)

    assert (dead["state"], dead["next_retry_at"], dead["done_at"] is None) == ("dead", None, False)
    assert (taken, redriven) == (0, Outcome.DONE)


@pytest.mark.parametrize(("attempt", "shortest", "longest"), [(1, 1, 2), (2, 2, 4), (9, 256, 512)])
def test_each_try_comes_later_than_the_one_before(attempt: int, shortest: float, longest: float) -> None:
    waits = [retry_after_s(attempt) or 0 for _ in range(50)]

    assert shortest <= min(waits) <= max(waits) <= longest
    assert retry_after_s(MOST_TRIES) is None


async def test_a_stored_job_of_a_newer_release_fails_and_waits_for_it(
    database: Database, tools: Tools, desk: JobDesk
) -> None:
    await claim(tools, "of-tomorrow", "1")
    await change(database, "lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND")

    await desk.take_over()
    row = await until(lambda: retrying(database))

    assert row["error"] == "LookupError: there is no job called of-tomorrow here"


async def retrying(database: Database) -> dict[str, Any]:
    row = await job(database, "of-tomorrow", "1")
    return row if row["state"] == "retrying" else {}


async def test_a_handed_over_job_is_stored_before_it_is_answered_and_done_once(
    database: Database, desk: JobDesk, work: Work
) -> None:
    work.may_end.clear()

    await desk.hand_over("audit", "17")
    stored = await job(database, done_key="17")
    await desk.hand_over("audit", "17")
    work.may_end.set()
    await until(lambda: is_done(database, "17"))

    assert (stored["state"], stored["lease_until"] is None) == ("running", False)
    assert work.begun == 1


async def test_more_than_there_are_places_for_waits_in_the_database(
    database: Database, desk: JobDesk, work: Work
) -> None:
    work.may_end.clear()

    for number in range(PLACES + 2):
        await desk.hand_over("audit", f"{number}")
    waiting, taken = await job(database, done_key=f"{PLACES}"), await desk.take_over()
    work.may_end.set()
    await desk.close(5)

    assert (waiting["state"], taken, work.ended) == ("queued", 0, PLACES)
    assert await desk.take_over() == 2


async def test_a_stopping_process_waits_for_its_jobs_and_gives_back_what_takes_longer(
    database: Database, desk: JobDesk, work: Work
) -> None:
    work.may_end.clear()
    asked = asyncio.create_task(desk.do("audit", AT))
    await until(lambda: job(database))

    await desk.close(0.1)

    assert await asked is Outcome.PUT_BACK
    assert (await job(database))["state"] == "queued"


@pytest.mark.parametrize("name", registry.JOBS)
async def test_each_job_of_the_schedule_does_its_work_in_an_empty_shop(
    settings: Settings, database: Database, name: str
) -> None:
    real = await open_tools(settings)
    desk = JobDesk(real)

    outcome = await desk.do(name, AT)

    assert outcome is Outcome.DONE
    assert (await job(database, name))["state"] == "done"
    await real.close()


async def test_old_rows_are_purged_and_young_ones_stay(database: Database, tools: Tools) -> None:
    async with database.writer() as connection:
        for number, days in enumerate([1, 59, 61, 400]):
            await connection.execute(
                "INSERT INTO jobs (name, done_key, state, created_at, done_at) "
                "VALUES ('sweep', %s, 'done', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL %s DAY)",
                (str(number), days),
            )
            await connection.execute(
                "INSERT INTO sessions (key_sha256, kind, owner_id, created_at, seen_at, expires_at, ended_at) "
                "VALUES (%s, 'staff', 1, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), "
                "IF(%s < 2, UTC_TIMESTAMP(6) - INTERVAL 8 DAY, NULL))",
                (str(number), number),
            )
            await connection.execute(
                "INSERT INTO tokens (sha256, purpose, owner_id, expires_at) "
                "VALUES (%s, 'reset', 1, UTC_TIMESTAMP(6) - INTERVAL %s DAY)",
                (str(number), days),
            )
            await connection.execute(
                "INSERT INTO audit_findings (kind, subject, detail, first_seen, last_seen, gone_at) VALUES "
                "('stock', %s, '', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL %s DAY)",
                (str(number), days),
            )

    gone = await purge(tools)

    assert gone == {
        "jobs": 2,
        "sessions": 2,
        "tokens": 3,
        "audit_findings": 1,
        "mail_events": 0,
        "taken_carts": 0,
        "orders": 0,
    }
    assert [await count(database, kind.table) for kind in KINDS] == [2, 2, 1, 3, 0, 0]
    assert await purge(tools) == dict.fromkeys(gone, 0)


async def test_a_purge_of_many_rows_goes_in_batches_until_there_are_no_more(
    database: Database, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.purge.BATCH", 10)
    async with database.writer() as connection:
        await connection.many(
            "INSERT INTO jobs (name, done_key, state, created_at, done_at) "
            "VALUES ('sweep', %s, 'done', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL 61 DAY)",
            [(str(number),) for number in range(35)],
        )

    gone = await purge(tools)

    assert (gone["jobs"], await count(database, "jobs")) == (35, 0)
