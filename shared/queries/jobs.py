"""Jobs of the worker tier's other door: each is done once for its done-key, however often and by whomever it is asked.

States: queued (kept for later), running (under a lease), retrying (failed, again at next_retry_at), done, dead, and
dropped, by an operator, which nobody does any more. The database's clock rules. A message of the queue may take
whatever nobody holds, as the queue itself spaces its tries; the sweep takes what is past its time: retries that are
due, and what a process that vanished held.
"""

import secrets
from dataclasses import dataclass

from shared.db import Connection, Row
from shared.queries.sql import in_list

_IS_FREE = "(state IN ('queued', 'retrying', 'dead') OR state = 'running' AND lease_until < UTC_TIMESTAMP(6))"
_AGE_S = "TIMESTAMPDIFF(MICROSECOND, created_at, UTC_TIMESTAMP(6)) / 1e6 AS age_s"


@dataclass(frozen=True, kw_only=True)
class HeldJob:
    """A job that is ours until its lease ends."""

    job_id: int
    name: str
    done_key: str
    attempt: int
    token: str
    age_s: float


async def claim(connection: Connection, name: str, done_key: str, lease_s: int) -> HeldJob | None:
    """Write a job down, or take it over, for lease_s seconds; None if it is done or in other hands.

    One statement decides. Its assignments are made from left to right, so all that follow the first one ask for what
    the first one wrote.
    """
    token = secrets.token_hex(16)
    await connection.execute(
        "INSERT INTO jobs (name, done_key, state, attempt, lease_token, lease_until, created_at) "
        "VALUES (%s, %s, 'running', 1, %s, UTC_TIMESTAMP(6) + INTERVAL %s SECOND, UTC_TIMESTAMP(6)) "
        f"ON DUPLICATE KEY UPDATE lease_token = IF({_IS_FREE}, %s, lease_token), "
        "attempt = attempt + (lease_token <=> %s), "
        "lease_until = IF(lease_token <=> %s, UTC_TIMESTAMP(6) + INTERVAL %s SECOND, lease_until), "
        "next_retry_at = IF(lease_token <=> %s, NULL, next_retry_at), "
        "done_at = IF(lease_token <=> %s, NULL, done_at), "
        "state = IF(lease_token <=> %s, 'running', state)",
        (name, done_key, token, lease_s, token, token, token, lease_s, token, token, token),
    )
    row = await connection.row(
        f"SELECT id AS job_id, name, done_key, attempt, lease_token AS token, {_AGE_S} "
        "FROM jobs WHERE name = %s AND done_key = %s AND lease_token = %s",
        (name, done_key, token),
    )
    return _held(row) if row else None


async def take_due(connection: Connection, limit: int, lease_s: int) -> list[HeldJob]:
    """Take over, for lease_s seconds, jobs that nobody holds and whose time has come.

    In a transaction: rows are locked by SKIP LOCKED, so several sweeps may run at once.
    """
    rows = await connection.rows(
        f"SELECT id AS job_id, name, done_key, attempt + 1 AS attempt, {_AGE_S} FROM jobs "
        "WHERE state = 'running' AND lease_until < UTC_TIMESTAMP(6) "
        "OR state IN ('queued', 'retrying') AND (next_retry_at IS NULL OR next_retry_at <= UTC_TIMESTAMP(6)) "
        "LIMIT %s FOR UPDATE SKIP LOCKED",
        (limit,),
    )
    token = secrets.token_hex(16)
    ids = [row["job_id"] for row in rows]
    if ids:
        await connection.execute(
            "UPDATE jobs SET state = 'running', attempt = attempt + 1, lease_token = %s, next_retry_at = NULL, "
            f"lease_until = UTC_TIMESTAMP(6) + INTERVAL %s SECOND WHERE id IN ({in_list(ids)})",
            (token, lease_s, *ids),
        )
    return [_held(row | {"token": token}) for row in rows]


async def renew(connection: Connection, held: HeldJob, lease_s: int) -> bool:
    """Hold a job longer; False, and nothing changed, for one that another has taken over."""
    found = await connection.execute(
        "UPDATE jobs SET lease_until = UTC_TIMESTAMP(6) + INTERVAL %s SECOND "
        "WHERE id = %s AND lease_token = %s AND state = 'running'",
        (lease_s, held.job_id, held.token),
    )
    return bool(found)


async def finish(connection: Connection, held: HeldJob) -> bool:
    """Mark a job done; False when another has taken it over."""
    return await _end(connection, held, "done", None, None)


async def fail(connection: Connection, held: HeldJob, error: str, again_after_s: float | None) -> bool:
    """Give a job up until again_after_s seconds from now, for good when that is None; False as with `finish`."""
    return await _end(connection, held, "dead" if again_after_s is None else "retrying", error, again_after_s)


async def put_back(connection: Connection, held: HeldJob) -> bool:
    """Give a job back unfinished, because this process stops: whoever looks next may have it."""
    return await _end(connection, held, "queued", None, 0)


async def _end(
    connection: Connection, held: HeldJob, state: str, error: str | None, again_after_s: float | None
) -> bool:
    """End our hold; a job without a next time has ended."""
    wait_us = None if again_after_s is None else int(again_after_s * 1e6)
    return bool(
        await connection.execute(
            "UPDATE jobs SET state = %s, error = %s, lease_token = NULL, lease_until = NULL, "
            "next_retry_at = UTC_TIMESTAMP(6) + INTERVAL %s MICROSECOND, "
            "done_at = IF(%s IS NULL, UTC_TIMESTAMP(6), NULL) WHERE id = %s AND lease_token = %s",
            (state, error and error[:500], wait_us, wait_us, held.job_id, held.token),
        )
    )


def _held(row: Row) -> HeldJob:
    return HeldJob(**row | {"age_s": float(row["age_s"])})
