"""The step ledger. A step is claimed by one conditional UPDATE with a lease; whoever comes second does nothing.

The database's clock rules. `due_at` says when the sweep announces the step (again): a little after it was written, so
that the publisher gets there first, then STEP_DEADLINE_S after the first announcement, and after each further one as
long as the step has waited by then: a queue that is merely slow must not be filled by saying everything again.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.db import Connection, Row, Statement, Variable
from shared.messages import Message
from shared.queries.sql import in_list

ANNOUNCE_AFTER_S = 2  # how long the publisher has before the sweep takes over
LONGEST_SILENCE_S = 900  # a message that SQS lost is sent again after this, however long its step has waited
OPEN = "('queued', 'retrying', 'waiting', 'running')"
# Since when a step waits for a worker: it was written, its next try was due, or its last holder's lease ended.
_WAITS_SINCE = "GREATEST(created_at, COALESCE(next_retry_at, created_at), COALESCE(lease_until, created_at))"
_WAITED_S = f"TIMESTAMPDIFF(SECOND, {_WAITS_SINCE}, UTC_TIMESTAMP(6))"
_SILENCE_S = f"LEAST({LONGEST_SILENCE_S}, GREATEST(%s, {_WAITED_S}))"  # its argument is STEP_DEADLINE_S


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A step that is ours until its lease ends."""

    step_id: int
    order_id: int
    step: str
    ref: int
    attempt: int
    token: str
    age_s: float


@dataclass(frozen=True, kw_only=True)
class NewStep:
    """A step to be done: state queued, or waiting when its turn has not come yet."""

    order_id: int | Variable
    step: str
    queue: str
    task: str
    ref: int = 0
    state: str = "queued"
    first_look_s: int = ANNOUNCE_AFTER_S


async def add_step(connection: Connection, new: NewStep, headers: Mapping[str, str]) -> Message:
    """Write a step and its outbox row, in the transaction that makes them due; the message is sent after the commit."""
    step_id = await connection.insert(*adding_step(new))
    await connection.execute(*announcing(new, step_id, headers))
    return Message(new.queue, new.task, step_id, headers)


def adding_step(new: NewStep) -> Statement:
    return Statement(
        "INSERT INTO steps (order_id, step, ref, state, due_at, created_at) "
        "VALUES (%s, %s, %s, %s, UTC_TIMESTAMP(6) + INTERVAL %s SECOND, UTC_TIMESTAMP(6))",
        (new.order_id, new.step, new.ref, new.state, new.first_look_s),
    )


def announcing(new: NewStep, step_id: int | Variable, headers: Mapping[str, str]) -> Statement:
    """The outbox row of a step."""
    return Statement(
        "INSERT INTO outbox (step_id, queue, task, headers, created_at) VALUES (%s, %s, %s, %s, UTC_TIMESTAMP(6))",
        (step_id, new.queue, new.task, json.dumps(dict(headers))),
    )


async def reopen(connection: Connection, order_id: int, step: str, ref: int) -> Message | None:
    """Make a step that is there already due now, even one that is done or dead; None if there is none.

    For steps that ask first and act only where something is left to do. One that runs just now is left alone.
    """
    await connection.execute(
        "UPDATE steps SET state = 'queued', next_retry_at = NULL, error = NULL, done_at = NULL, lease_token = NULL, "
        "lease_until = NULL, created_at = UTC_TIMESTAMP(6), due_at = UTC_TIMESTAMP(6) + INTERVAL %s SECOND "
        "WHERE order_id = %s AND step = %s AND ref = %s",
        (ANNOUNCE_AFTER_S, order_id, step, ref),
    )
    rows = await connection.rows(
        "SELECT o.step_id, o.queue, o.task, o.headers FROM steps s JOIN outbox o ON o.step_id = s.id "
        "WHERE s.order_id = %s AND s.step = %s AND s.ref = %s",
        (order_id, step, ref),
    )
    return _message(rows[0]) if rows else None


async def claim(connection: Connection, step_id: int, lease_s: int) -> Claim | None:
    """Take a step for lease_s seconds, or None if it is done, dead, not yet due, or in other hands."""
    token = secrets.token_hex(16)
    found = await connection.execute(
        "UPDATE steps SET state = 'running', attempt = attempt + 1, lease_token = %s, "
        "lease_until = UTC_TIMESTAMP(6) + INTERVAL %s SECOND, due_at = UTC_TIMESTAMP(6) + INTERVAL %s SECOND "
        "WHERE id = %s AND (state IN ('queued', 'retrying', 'waiting') "
        "AND (next_retry_at IS NULL OR next_retry_at <= UTC_TIMESTAMP(6)) "
        "OR state = 'running' AND lease_until < UTC_TIMESTAMP(6))",
        (token, lease_s, lease_s + 1, step_id),
    )
    if not found:
        return None
    row = await connection.row(
        "SELECT id AS step_id, order_id, step, ref, attempt, lease_token AS token, "
        "TIMESTAMPDIFF(MICROSECOND, created_at, UTC_TIMESTAMP(6)) / 1e6 AS age_s "
        "FROM steps WHERE id = %s AND lease_token = %s",
        (step_id, token),
    )
    return Claim(**row) if row else None


async def exists(connection: Connection, step_id: int) -> bool:
    return bool(await connection.row("SELECT id FROM steps WHERE id = %s", (step_id,)))


async def renew(connection: Connection, held: Claim, lease_s: int) -> bool:
    """Hold a step longer; False when another has taken it over."""
    return bool(
        await connection.execute(
            "UPDATE steps SET lease_until = UTC_TIMESTAMP(6) + INTERVAL %s SECOND, "
            "due_at = UTC_TIMESTAMP(6) + INTERVAL %s SECOND WHERE id = %s AND lease_token = %s AND state = 'running'",
            (lease_s, lease_s + 1, held.step_id, held.token),
        )
    )


async def finish(connection: Connection, held: Claim) -> bool:
    """Mark a step done; False when the lease was lost, and then the caller must roll back."""
    return bool(
        await connection.execute(
            "UPDATE steps SET state = 'done', lease_token = NULL, lease_until = NULL, next_retry_at = NULL, "
            "error = NULL, done_at = UTC_TIMESTAMP(6) WHERE id = %s AND lease_token = %s",
            (held.step_id, held.token),
        )
    )


async def put_back(connection: Connection, held: Claim, state: str, error: str | None, after_s: float) -> bool:
    """Give a step up for now (retrying, waiting) or for good (dead); False when the lease was lost."""
    return bool(
        await connection.execute(
            "UPDATE steps SET state = %s, error = %s, lease_token = NULL, lease_until = NULL, "
            "next_retry_at = UTC_TIMESTAMP(6) + INTERVAL %s MICROSECOND, "
            "due_at = UTC_TIMESTAMP(6) + INTERVAL %s MICROSECOND WHERE id = %s AND lease_token = %s",
            (state, error and error[:500], int(after_s * 1e6), int(after_s * 1e6), held.step_id, held.token),
        )
    )


async def wake(connection: Connection, order_id: int, step: str) -> Message | None:
    """Make a waiting or retrying step due now, and return its message; None when it is done, dead or running."""
    await connection.execute(
        "UPDATE steps SET state = 'queued', next_retry_at = NULL, error = NULL, "
        "due_at = UTC_TIMESTAMP(6) + INTERVAL %s SECOND "
        "WHERE order_id = %s AND step = %s AND state IN ('queued', 'waiting', 'retrying')",
        (ANNOUNCE_AFTER_S, order_id, step),
    )
    rows = await connection.rows(
        "SELECT o.step_id, o.queue, o.task, o.headers FROM steps s JOIN outbox o ON o.step_id = s.id "
        "WHERE s.order_id = %s AND s.step = %s AND s.state = 'queued' LIMIT 1",
        (order_id, step),
    )
    return _message(rows[0]) if rows else None


async def last_ref(connection: Connection, order_id: int, step: str) -> int | None:
    """The highest ref of an order's steps of one kind; None if there is none."""
    row = await connection.row("SELECT MAX(ref) AS last FROM steps WHERE order_id = %s AND step = %s", (order_id, step))
    return row["last"] if row else None


async def is_dead(connection: Connection, order_id: int, step: str) -> bool:
    return bool(
        await connection.row(
            "SELECT id FROM steps WHERE order_id = %s AND step = %s AND state = 'dead' LIMIT 1", (order_id, step)
        )
    )


async def is_over(connection: Connection, order_id: int, step: str) -> bool:
    """Whether a step is done or given up; one that is running may be so under a lease that has ended."""
    found = await connection.row(
        "SELECT id FROM steps WHERE order_id = %s AND step = %s AND state NOT IN ('done', 'dead') LIMIT 1",
        (order_id, step),
    )
    return found is None


async def end_step(connection: Connection, order_id: int, step: str) -> None:
    """Nothing is left to do for a step; one that runs just now finds out when it ends."""
    await connection.execute(
        "UPDATE steps SET state = 'done', next_retry_at = NULL, error = NULL, done_at = UTC_TIMESTAMP(6) "
        "WHERE order_id = %s AND step = %s AND state IN ('queued', 'waiting', 'retrying')",
        (order_id, step),
    )


async def take_due(connection: Connection, limit: int, deadline_s: int) -> list[Message]:
    """The messages of steps that must be announced, their next announcement put off.

    In a transaction: rows are locked by SKIP LOCKED, so several sweeps may run at once.
    """
    ids: list[int] = []
    for state in ("queued", "retrying", "waiting", "running"):  # one range each, read in order: no row more is locked
        found = await connection.rows(
            "SELECT id FROM steps FORCE INDEX (due) WHERE state = %s AND due_at <= UTC_TIMESTAMP(6) "
            "ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED",
            (state, limit - len(ids)),
        )
        ids += [row["id"] for row in found]
    if not ids:
        return []
    rows = await connection.rows(
        f"SELECT step_id, queue, task, headers FROM outbox WHERE step_id IN ({in_list(ids)})", ids
    )
    await _fall_silent(connection, [row["step_id"] for row in rows], deadline_s)
    return [_message(row) for row in rows]


async def note_published(connection: Connection, messages: Sequence[Message], deadline_s: int) -> None:
    """SQS has these messages: the sweep need not announce them before their deadline."""
    ids = [message.step_id for message in messages]
    if ids:
        await connection.execute(
            f"UPDATE outbox SET published_at = UTC_TIMESTAMP(6) WHERE step_id IN ({in_list(ids)})",
            ids,
        )
        await _fall_silent(connection, ids, deadline_s, "state = 'queued' AND ")


async def put_off(connection: Connection, step_ids: Sequence[int], seconds: int) -> None:
    """Announce these steps only after so many seconds."""
    if step_ids:
        await connection.execute(
            f"UPDATE steps SET due_at = UTC_TIMESTAMP(6) + INTERVAL %s SECOND WHERE id IN ({in_list(step_ids)})",
            (seconds, *step_ids),
        )


async def _fall_silent(connection: Connection, step_ids: Sequence[int], deadline_s: int, only: str = "") -> None:
    if step_ids:
        await connection.execute(
            f"UPDATE steps SET due_at = UTC_TIMESTAMP(6) + INTERVAL {_SILENCE_S} SECOND "
            f"WHERE {only}id IN ({in_list(step_ids)})",
            (deadline_s, *step_ids),
        )


def _message(row: Row) -> Message:
    return Message(row["queue"], row["task"], row["step_id"], json.loads(row["headers"]))
