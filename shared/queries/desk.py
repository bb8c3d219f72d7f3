"""The back office's list of orders: newest first, by keyset, so that page 10,000 costs what page 1 costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.db import Reads, Row, Statement, utc
from shared.domain.emails import normalise_email
from shared.queries.desk_counts import CAUSES, OF_RUNS, REAL
from shared.queries.sql import in_list

PER_PAGE = 50
STEPS = ("payment", "invoice", "receipt")  # those that the list shows
ANY = ("orders o WHERE TRUE",)
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
    """An order in the list; `steps` has the state of each of STEPS that there is, of the newest receipt."""

    id: int
    number: str
    placed_at: datetime
    email: str
    name: str
    total_cents: int
    order_status: str
    payment_status: str
    fulfillment_status: str
    attention: str | None
    hold_reason: str | None
    test_run: str | None
    pieces: int
    steps: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class DeskPage:
    """`next` continues after the last row, or is None."""

    rows: tuple[DeskRow, ...]
    next: str | None


async def desk_page(connection: Reads, search: DeskSearch) -> DeskPage:
    """One round trip. What belongs to an order is looked for only when it is known which ones are shown."""
    page = _page(search)
    found = await connection.rows(
        "SELECT o.id, o.number, o.placed_at, o.email, a.name, o.total_cents, o.order_status, o.payment_status, "
        "o.fulfillment_status, o.attention, o.hold_reason, o.test_run, "
        "(SELECT SUM(l.quantity) FROM order_lines l WHERE l.order_id = o.id) AS pieces, "
        "(SELECT GROUP_CONCAT(s.step, ' ', s.state ORDER BY s.step, s.ref DESC) FROM steps s "
        f"WHERE s.order_id = o.id AND s.step IN ({in_list(STEPS)})) AS steps "
        f"FROM ({page.sql}) page STRAIGHT_JOIN orders o ON o.id = page.id "
        "JOIN order_addresses a ON a.order_id = o.id AND a.kind = 'shipping' "
        "ORDER BY page.placed_at DESC, page.id DESC",
        (*STEPS, *page.args),
    )
    rows = found[:PER_PAGE]
    return DeskPage(rows=tuple(map(_desk_row, rows)), next=_cursor(rows[-1]) if len(found) > PER_PAGE else None)


def _page(search: DeskSearch) -> Statement:
    """The orders of a page and the first of the next one, newest first."""
    where, args = _conditions(search)
    sources = CAUSES if search.needs_person else ANY
    found = (f"SELECT o.id, o.placed_at FROM {source} AND {where}" for source in sources)
    sql = " UNION ".join(found) + " ORDER BY placed_at DESC, id DESC LIMIT %s"
    return Statement(sql, (*args * len(sources), PER_PAGE + 1))


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


def _desk_row(row: Row) -> DeskRow:
    read = {"placed_at": utc(row["placed_at"]), "pieces": int(row["pieces"] or 0), "steps": newest(row["steps"] or "")}
    return DeskRow(**row | read)


def newest(told: str) -> dict[str, str]:
    """Step → state of "STEP STATE,STEP STATE,…", the newest of a step first; MySQL may have cut it after 1 kB."""
    found = (each.partition(" ") for each in told.split(","))
    return {step: state for step, _, state in reversed(list(found)) if step in STEPS}
