"""Jobs that were given up, and what an operator does about them. A job has no order, so its row itself tells of it.

Nobody begins a dropped job any more, whoever asks for it; a job that is begun anew is queued as if it were new.
"""

from dataclasses import dataclass
from datetime import datetime

from shared.db import Connection, Row, utc
from shared.errors import NotFound

LIMIT = 1000  # dead jobs in one list; the oldest come first
COLUMNS = "id, name, done_key, state, attempt, error, note, COALESCE(done_at, next_retry_at, created_at) AS since"
NOTE = "LEFT(CONCAT_WS('; ', note, CONCAT(%s, ' by ', %s, ' at ', UTC_TIMESTAMP())), 500)"


@dataclass(frozen=True, kw_only=True)
class JobRow:
    """A job; `since`: when its state, dead say, began; `note`: what operators did with it."""

    id: int
    name: str
    done_key: str
    state: str
    attempt: int
    error: str | None
    note: str | None
    since: datetime


async def dead_jobs(connection: Connection) -> list[JobRow]:
    """The dead jobs that nobody has dropped, the oldest first."""
    rows = await connection.rows(
        f"SELECT {COLUMNS} FROM jobs WHERE state = 'dead' ORDER BY done_at, id LIMIT %s", (LIMIT,)
    )
    return [_job(row) for row in rows]


async def get_job(connection: Connection, job_id: int) -> JobRow:
    """Raises NotFound for an id that no job has."""
    row = await connection.row(f"SELECT {COLUMNS} FROM jobs WHERE id = %s", (job_id,))
    if row is None:
        raise NotFound("There is no such job.")
    return _job(row)


async def begin_anew(connection: Connection, job_id: int, who: str) -> bool:
    """Queue a job that was given up, dropped or is to be retried later; False when it is none of these (any more)."""
    return bool(
        await connection.execute(
            f"UPDATE jobs SET note = {NOTE}, state = 'queued', attempt = 0, error = NULL, next_retry_at = NULL, "
            "done_at = NULL WHERE id = %s AND state IN ('dead', 'dropped', 'retrying')",
            ("begun anew", who, job_id),
        )
    )


async def drop(connection: Connection, job_id: int, who: str) -> bool:
    """Note that a dead job was looked at and stays undone; False when it is not dead (any more)."""
    return bool(
        await connection.execute(
            f"UPDATE jobs SET note = {NOTE}, state = 'dropped' WHERE id = %s AND state = 'dead'",
            ("dropped", who, job_id),
        )
    )


def _job(row: Row) -> JobRow:
    return JobRow(**row | {"since": utc(row["since"])})
