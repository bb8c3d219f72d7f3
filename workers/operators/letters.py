"""Dead steps, dead jobs and dead messages as one kind of thing, a dead letter: listed, and shown whole."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.db import Connection
from shared.errors import NotFound
from shared.messages import envelope
from shared.order_json import iso
from shared.queries import dead_jobs, dead_steps
from shared.queries.dead_jobs import JobRow
from shared.queries.dead_steps import StepRow
from workers.operators.autopsy import examine
from workers.operators.dead_queues import DEAD, DeadMessage
from workers.operators.office import Office
from workers.operators.steps import find_step

STEP, JOB = "step:", "job:"
LETTER_COLUMNS = ("id", "kind", "what", "order", "since", "why")
BODY_CHARACTERS = 1024 * 1024  # the longest message that SQS takes


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A dead letter; kind: step, job or message; what: its name, the message's task, or what is wrong with it."""

    id: str
    kind: str
    what: str
    order: str | None
    since: datetime
    why: str

    def as_json(self) -> dict[str, Any]:
        return {**{name: getattr(self, name) for name in LETTER_COLUMNS}, "since": iso(self.since)}


async def all_letters(office: Office) -> list[Letter]:
    """Steps first, then jobs, then messages by what they are, each the oldest first.

    Raises:
        Unavailable: SQS or the database does not answer.
    """
    messages = await office.dead.messages()
    async with office.database.writer() as connection:
        steps = [_of_step(row) for row in await dead_steps.dead_steps(connection)]
        jobs = [_of_job(row) for row in await dead_jobs.dead_jobs(connection)]
        return steps + jobs + _by_kind([await _of_message(connection, message) for message in messages])


async def whole(office: Office, letter_id: str) -> dict[str, Any]:
    """All there is to know of one letter; the body as it was received, cut after BODY_CHARACTERS.

    Raises:
        NotFound: no such letter.
    """
    if letter_id.startswith(STEP):
        async with office.database.writer() as connection:
            row = await find(connection, letter_id)
        return {**_of_step(row).as_json(), "state": row.state, "attempts": row.attempt, "body": envelope(row.message)}
    if letter_id.startswith(JOB):
        async with office.database.writer() as connection:
            job = await dead_jobs.get_job(connection, job_id_in(letter_id))
        body = json.dumps({"job": job.name, "id": job.done_key})
        return {**_of_job(job).as_json(), "state": job.state, "attempts": job.attempt, "note": job.note, "body": body}
    async with office.dead.held(*address(letter_id)) as message, office.database.writer() as connection:
        letter = await _of_message(connection, message)
    return {**letter.as_json(), "length": len(message.body), "body": message.body[:BODY_CHARACTERS]}


def _of_step(row: StepRow) -> Letter:
    return Letter(
        id=f"{STEP}{row.order_number}/{row.name}",
        kind="step",
        what=row.step,
        order=row.order_number,
        since=row.since,
        why=row.error or "",
    )


def _of_job(row: JobRow) -> Letter:
    return Letter(id=f"{JOB}{row.id}", kind="job", what=row.name, order=None, since=row.since, why=row.error or "")


async def _of_message(connection: Connection, message: DeadMessage) -> Letter:
    finding = await examine(connection, message)
    return Letter(
        id=f"{message.queue}/{message.id}",
        kind="message",
        what=finding.what,
        order=finding.order_number,
        since=message.sent_at,
        why=finding.why,
    )


def _by_kind(letters: Sequence[Letter]) -> list[Letter]:
    return sorted(letters, key=lambda letter: (letter.what, letter.since))


async def find(connection: Connection, letter_id: str) -> StepRow:
    return await find_step(connection, *step_words(letter_id))


def job_id_in(letter_id: str) -> int:
    """`job:12` as 12.

    Raises:
        NotFound: it is no such id.
    """
    found = re.fullmatch(f"{JOB}([0-9]{{1,18}})", letter_id)
    if found is None:
        raise NotFound("There is no such job.")
    return int(found[1])


def step_words(letter_id: str) -> tuple[str, str]:
    """`step:NUMBER/receipt/0` as the order's number and `receipt/0`."""
    number, _, name = letter_id.removeprefix(STEP).partition("/")
    return number, name


def address(letter_id: str) -> tuple[str, str]:
    """`QUEUE/MESSAGEID` as its two words; the queue's name may be that of the dead-letter queue itself."""
    queue, _, message_id = letter_id.partition("/")
    return queue.removesuffix(DEAD), message_id
