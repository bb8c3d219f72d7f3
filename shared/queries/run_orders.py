"""The orders of a load run, a page at a time, with what came of each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.db import Reads, Row, utc
from shared.queries.sql import in_list

MOST_PARTS = 100_000  # rows of one kind on a page: 500 orders of 100 lines fit


@dataclass(frozen=True, kw_only=True)
class RunOrder:
    """An order; lines, steps, documents and mails are rows as the API tells them."""

    id: int
    number: str
    key_sha256: str
    placed_at: datetime
    order_status: str
    payment_status: str
    total_cents: int
    lines: Sequence[Mapping[str, Any]]
    steps: Sequence[Mapping[str, Any]]
    documents: Sequence[Mapping[str, Any]]
    mails: Sequence[Mapping[str, Any]]


async def run_orders(connection: Reads, run: str, after_id: int, limit: int) -> list[RunOrder]:
    """The next orders of a run, in the order in which they were placed."""
    rows = await connection.rows(
        "SELECT id, number, SHA2(checkout_key, 256) AS key_sha256, placed_at, order_status, payment_status, "
        "total_cents FROM orders "
        "WHERE test_run = %s AND id > %s ORDER BY id LIMIT %s",
        (run, after_id, limit),
    )
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    lines, steps = await _lines(connection, ids), await _steps(connection, ids)
    papers = await _papers(connection, ids)
    return [_order(row, lines[row["id"]], steps[row["id"]], papers[row["id"]]) for row in rows]


async def run_order_ids(connection: Reads, run: str, after_id: int, limit: int) -> list[int]:
    rows = await connection.rows(
        "SELECT id FROM orders WHERE test_run = %s AND id > %s ORDER BY id LIMIT %s", (run, after_id, limit)
    )
    return [row["id"] for row in rows]


def _order(row: Row, lines: list[Row], steps: list[Row], papers: list[Row]) -> RunOrder:
    return RunOrder(
        **row | {"placed_at": utc(row["placed_at"])},
        lines=lines,
        steps=[step | {"ref": str(step["ref"])} for step in steps],
        documents=[_named(paper, "kind", "number") for paper in papers if paper["number"] and paper["at"]],
        mails=[_named(paper, "message_id", "state", "at") for paper in papers if paper["message_id"]],
    )


def _named(row: Row, *names: str) -> Row:
    return {name: row[name] and utc(row[name]) if name == "at" else row[name] for name in names}


async def _lines(connection: Reads, ids: Sequence[int]) -> dict[int, list[Row]]:
    return _by_order(
        await connection.rows(
            f"SELECT order_id, sku, quantity FROM order_lines WHERE order_id IN ({in_list(ids)}) "
            "ORDER BY order_id, position LIMIT %s",
            (*ids, MOST_PARTS),
        )
    )


async def _steps(connection: Reads, ids: Sequence[int]) -> dict[int, list[Row]]:
    return _by_order(
        await connection.rows(
            f"SELECT order_id, step, ref, state, attempt AS attempts FROM steps WHERE order_id IN ({in_list(ids)}) "
            "ORDER BY id LIMIT %s",
            (*ids, MOST_PARTS),
        )
    )


async def _papers(connection: Reads, ids: Sequence[int]) -> dict[int, list[Row]]:
    subjects = {f"order:{order_id}": order_id for order_id in ids}
    rows = await connection.rows(
        "SELECT subject, kind, number, message_id, state, done_at AS at FROM documents "
        f"WHERE subject IN ({in_list(ids)}) ORDER BY id LIMIT %s",
        (*subjects, MOST_PARTS),
    )
    return _by_order([row | {"order_id": subjects[row.pop("subject")]} for row in rows])


def _by_order(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.pop("order_id")].append(row)
    return found
