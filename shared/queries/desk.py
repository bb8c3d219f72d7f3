"""The back office's list of orders: newest first, by keyset, so that page 10,000 costs what page 1 costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.db import Reads, Row, utc
from shared.domain.emails import normalise_email
from shared.queries.sql import in_list

PER_PAGE = 50
COUNT_CAP = 1001  # counts stop here and are shown as "1,000+"
# What makes an order need a person; few do, and each of these finds them by an index, whatever else there is.
CAUSES = (
    "orders o WHERE o.order_status = 'on_hold'",
    "orders o WHERE o.payment_status = 'failed'",
    "orders o WHERE o.attention IS NOT NULL",
    "steps d STRAIGHT_JOIN orders o ON o.id = d.order_id WHERE d.state = 'dead' AND d.done_at IS NULL",
)
REAL = "COALESCE(o.test_run, '') = ''"  # written so that no index is read for it: almost all orders are
OF_RUNS = "o.test_run IS NOT NULL"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class DeskSearch:
    """What staff look for; empty strings mean "any". `after` is a page's `next`.

    Attributes:
        test_runs: the orders of load runs, and no others; else they are left out.
    """

    q: str = ""
    order_status: str = ""
    payment_status: str = ""
    fulfillment_status: str = ""
    needs_person: bool = False
    test_runs: bool = False
    after: str = ""


@dataclass(frozen=True, kw_only=True)
class DeskRow:
    """An order in the list; steps maps each step to its state."""

    id: int
    number: str
    placed_at: datetime
    email: str
    name: str
    total_cents: int
    order_status: str
    payment_status: str
    fulfillment_status: str
    return_status: str
    payment_method: str
    attention: str | None
    hold_reason: str | None
    test_run: str | None
    pieces: int
    steps: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DeskPage:
    """`next` continues after the last row, or is None; counts stop at COUNT_CAP."""

    rows: tuple[DeskRow, ...]
    next: str | None
    all_count: int
    needs_person_count: int
    test_runs_count: int


async def desk_page(connection: Reads, search: DeskSearch) -> DeskPage:
    where, args = _conditions(search)
    source = "orders o"
    if search.needs_person:  # these first, however many orders there are: MySQL would rather walk all of them by date
        source, args = f"({_needing_person(where)}) n STRAIGHT_JOIN orders o ON o.id = n.id", args * len(CAUSES) + args
    found = await connection.rows(
        "SELECT o.id, o.number, o.placed_at, o.email, a.name, o.total_cents, o.order_status, o.payment_status, "
        "o.fulfillment_status, o.return_status, o.payment_method, o.attention, o.hold_reason, "
        "o.test_run, "
        "(SELECT SUM(l.quantity) FROM order_lines l WHERE l.order_id = o.id) AS pieces "
        f"FROM {source} JOIN order_addresses a ON a.order_id = o.id AND a.kind = 'shipping' "
        f"WHERE {where} ORDER BY o.placed_at DESC, o.id DESC LIMIT %s",
        (*args, PER_PAGE + 1),
    )
    rows = found[:PER_PAGE]
    steps = await _steps_of(connection, [row["id"] for row in rows])
    return DeskPage(
        rows=tuple(_desk_row(row, steps) for row in rows),
        next=_cursor(rows[-1]) if len(found) > PER_PAGE else None,
        **await _counts(connection),
    )


def _conditions(search: DeskSearch) -> tuple[str, list[object]]:
    parts: list[tuple[str, list[object]]] = [(OF_RUNS if search.test_runs else REAL, [])]
    wanted = {name: getattr(search, name) for name in ("order_status", "payment_status", "fulfillment_status")}
    parts += [(f"o.{column} = %s", [status]) for column, status in wanted.items() if status]
    if text := search.q.strip():
        like: list[object] = [_prefix(text.upper()), _prefix(normalise_email(text))]
        parts.append(("(o.number LIKE %s OR o.email_norm LIKE %s)", like))
    if position := _read_cursor(search.after):
        parts.append(("o.placed_at <= %s AND (o.placed_at < %s OR o.id < %s)", [position[0], *position]))
    return " AND ".join(sql for sql, _ in parts), [arg for _, args in parts for arg in args]


def _needing_person(where: str) -> str:
    """The ids of the orders that need a person and are so besides; its arguments come once for each cause."""
    return " UNION ".join(f"SELECT o.id FROM {cause} AND {where}" for cause in CAUSES)


def _prefix(text: str) -> str:
    for special in "\\%_":
        text = text.replace(special, "\\" + special)
    return text + "%"


def _cursor(row: Row) -> str:
    return f"{(utc(row['placed_at']) - EPOCH) // timedelta(microseconds=1)}-{row['id']}"


def _read_cursor(text: str) -> tuple[datetime, int] | None:
    """A position out of a page's `next`; anything else is the first page."""
    micros, _, row_id = text.partition("-")
    if not (micros.isascii() and micros.isdigit() and row_id.isascii() and row_id.isdigit()):
        return None
    if len(micros) > 17 or len(row_id) > 18:
        return None
    return (EPOCH + timedelta(microseconds=int(micros))).replace(tzinfo=None), int(row_id)


async def _steps_of(connection: Reads, order_ids: list[int]) -> dict[int, dict[str, str]]:
    if not order_ids:
        return {}
    rows = await connection.rows(
        f"SELECT order_id, step, state FROM steps WHERE order_id IN ({in_list(order_ids)}) ORDER BY id LIMIT 2000",
        order_ids,
    )
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row["order_id"], {})[row["step"]] = row["state"]
    return found


def _desk_row(row: Row, steps: Mapping[int, Mapping[str, str]]) -> DeskRow:
    times = {"placed_at": utc(row["placed_at"]), "pieces": int(row["pieces"] or 0)}
    return DeskRow(**row | times, steps=steps.get(row["id"], {}))


async def _counts(connection: Reads) -> dict[str, int]:
    """How many each view has; one round trip for all of them."""
    questions = {
        "all_count": "SELECT 1 FROM orders o WHERE o.test_run IS NULL",
        "needs_person_count": f"SELECT 1 FROM ({_needing_person(REAL)}) n",
        "test_runs_count": f"SELECT 1 FROM orders o WHERE {OF_RUNS}",
    }
    counts = [f"(SELECT COUNT(*) FROM ({sql} LIMIT {COUNT_CAP}) c) AS {name}" for name, sql in questions.items()]
    row = await connection.row(f"SELECT {', '.join(counts)}")
    assert row is not None
    return {name: int(row[name]) for name in questions}
