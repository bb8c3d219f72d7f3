"""Taking a load run out of every table, a lot of orders or accounts at a time.

What belongs to an order or an account is deleted by its id, so no statement reads a whole table for a lot.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shared.db import Connection, Reads
from shared.domain.load_runs import OWN_ID_LENGTH
from shared.queries import steps
from shared.queries.audit.packed import id_list
from shared.queries.mail_events import tag_of
from shared.queries.sql import in_list

OPEN = "state IN ('queued', 'retrying', 'waiting') OR state = 'running' AND lease_until < UTC_TIMESTAMP(6)"
MOST_PAPERS = 100_000  # of a lot

# What hangs on an order, children first; {ids} are the orders'.
OF_ORDERS = (
    ("outbox", "step_id IN (SELECT id FROM steps WHERE order_id IN ({ids}))"),
    ("return_lines", "return_id IN (SELECT id FROM returns WHERE order_id IN ({ids}))"),
    ("shipment_lines", "shipment_id IN (SELECT id FROM shipments WHERE order_id IN ({ids}))"),
    *(
        (table, "order_id IN ({ids})")
        for table in (
            *("steps", "events", "payment_events", "payments", "refunds", "returns", "shipments", "commands"),
            *("order_addresses", "order_lines"),
        )
    ),
)


async def begin_purge(connection: Connection, run: str) -> None:
    """From now on the run is none for whoever asks; begun again, it goes on."""
    await connection.execute(
        "UPDATE test_runs SET purging_at = COALESCE(purging_at, UTC_TIMESTAMP(6)), "
        "ended_at = COALESCE(ended_at, UTC_TIMESTAMP(6)) WHERE run = %s",
        (run,),
    )


@dataclass(frozen=True)
class Progress:
    """Where a run stands.

    Attributes:
        has_ended: it was ended, or a purge has begun; nobody can buy in it any more.
        is_open: it was not, and a token of it still holds.
        last_order_s: how long ago its last order was placed; None when there is none.
    """

    has_ended: bool
    is_open: bool
    last_order_s: int | None


async def progress_of(connection: Reads, run: str) -> Progress | None:
    """None: there is no such run."""
    row = await connection.row(
        "SELECT ended_at IS NOT NULL AS has_ended, "
        "expires_at > UTC_TIMESTAMP(6) AS has_token, (SELECT TIMESTAMPDIFF(SECOND, o.placed_at, UTC_TIMESTAMP(6)) "
        "FROM orders o WHERE o.test_run = test_runs.run ORDER BY o.id DESC LIMIT 1) AS last_order_s "
        "FROM test_runs WHERE run = %s",
        (run,),
    )
    if row is None:
        return None
    has_ended = bool(row["has_ended"])
    return Progress(has_ended, bool(row["has_token"]) and not has_ended, row["last_order_s"])


async def delete_of_run(connection: Connection, table: str, run: str, limit: int) -> int:
    """Delete a lot of what bears the run's name itself; the tables are named by `OF_RUN`."""
    return await connection.execute(f"DELETE FROM {table} WHERE {OF_RUN[table]} = %s LIMIT %s", (run, limit))


OF_RUN = {"test_run_stock": "run", "stock_moves": "test_run", "test_runs": "run"}


async def stop_steps(connection: Connection, order_ids: Sequence[int]) -> int:
    """Let nobody claim a step of these orders any more; returns how many are still open.

    That is those at work right now, and what others left to be done when they ended between the two statements.
    """
    ids = id_list(order_ids)
    await connection.execute(
        f"UPDATE steps SET state = 'dead', lease_token = NULL WHERE order_id IN ({ids}) AND ({OPEN})"
    )
    row = await connection.row(f"SELECT COUNT(*) AS n FROM steps WHERE order_id IN ({ids}) AND state IN {steps.OPEN}")
    return int(row["n"]) if row else 0


async def numbers_of_orders(connection: Reads, order_ids: Sequence[int]) -> list[str]:
    rows = await connection.rows(
        f"SELECT number FROM orders WHERE id IN ({in_list(order_ids)}) LIMIT %s", (*order_ids, len(order_ids))
    )
    return [row["number"] for row in rows]


async def files_of_orders(connection: Reads, order_ids: Sequence[int]) -> list[str]:
    """Paths below MEDIA_ROOT."""
    subjects = [f"order:{order_id}" for order_id in order_ids]
    rows = await connection.rows(
        f"SELECT path FROM documents WHERE subject IN ({in_list(subjects)}) AND path IS NOT NULL LIMIT %s",
        (*subjects, MOST_PAPERS),
    )
    return [row["path"] for row in rows]


async def delete_orders(connection: Connection, order_ids: Sequence[int]) -> Counter[str]:
    """Delete orders with all that hangs on them, in a transaction; returns how many rows of each table."""
    ids, gone = id_list(order_ids), Counter[str]()
    gone["audit_findings"] += await connection.execute(
        f"DELETE f FROM audit_findings f JOIN orders o ON o.id IN ({ids}) "
        "AND (INSTR(f.subject, o.number) OR INSTR(f.detail, o.number))"
    )
    gone += await delete_papers(connection, [f"order:{order_id}" for order_id in order_ids])
    for table, condition in OF_ORDERS:
        gone[table] += await connection.execute(f"DELETE FROM {table} WHERE {condition.format(ids=ids)}")
    gone["orders"] += await connection.execute(f"DELETE FROM orders WHERE id IN ({ids})")
    return gone


async def delete_papers(connection: Connection, subjects: Sequence[str]) -> Counter[str]:
    """Delete the ledger of documents and mails of these subjects, and what was told of the mails."""
    rows = await connection.rows(
        f"SELECT id, number, message_id FROM documents WHERE subject IN ({in_list(subjects)}) LIMIT %s",
        (*subjects, MOST_PAPERS),
    )
    gone = Counter[str]()
    if not rows:
        return gone
    ids = id_list([row["id"] for row in rows])
    names = [value for row in rows for value in (row["number"], row["message_id"]) if value]
    tags = [tag_of(row["message_id"]) for row in rows if row["message_id"]] or [""]
    gone["audit_findings"] += await connection.execute(
        f"DELETE FROM audit_findings WHERE subject IN ({in_list(names)})", [name[:80] for name in names]
    )
    gone["mail_events"] += await connection.execute(f"DELETE FROM mail_events WHERE tag IN ({in_list(tags)})", tags)
    gone["mail_sendings"] += await connection.execute(f"DELETE FROM mail_sendings WHERE document_id IN ({ids})")
    gone["documents"] += await connection.execute(f"DELETE FROM documents WHERE id IN ({ids})")
    return gone


@dataclass(frozen=True)
class RunUser:
    id: int
    email: str


async def run_users(connection: Reads, run: str, limit: int) -> list[RunUser]:
    rows = await connection.rows("SELECT id, email FROM users WHERE test_run = %s LIMIT %s", (run, limit))
    return [RunUser(**row) for row in rows]


async def limits_of_users(connection: Reads, user_ids: Sequence[int], limit: int) -> tuple[list[str], list[str]]:
    """Under what Redis counts and knows accounts: the keys of their sessions, and `link:ID` of their mailed links."""
    ids = id_list(user_ids)
    sessions = await connection.rows(
        f"SELECT key_sha256 FROM sessions WHERE kind = 'shopper' AND owner_id IN ({ids}) LIMIT %s", (limit,)
    )
    links = await connection.rows(f"SELECT id FROM tokens WHERE owner_id IN ({ids}) AND nonce IS NOT NULL LIMIT %s",
                                  (limit,))  # fmt: skip
    return [row["key_sha256"] for row in sessions], [f"link:{row['id']}" for row in links]


async def delete_users(connection: Connection, user_ids: Sequence[int]) -> Counter[str]:
    """Delete accounts, none of which has an order any more, with all that hangs on them, in a transaction."""
    ids = id_list(user_ids)
    gone = await delete_papers(connection, [f"user:{user_id}" for user_id in user_ids])
    of_tokens = f"owner_id IN ({ids}) AND nonce IS NOT NULL"
    gone["jobs"] += await connection.execute(
        "DELETE j FROM jobs j JOIN tokens t ON j.name = 'account-mail' AND j.done_key = CONCAT(t.purpose, ':', t.id) "
        f"WHERE t.{of_tokens}"
    )
    gone["tokens"] += await connection.execute(f"DELETE FROM tokens WHERE {of_tokens}")
    gone["sessions"] += await connection.execute(f"DELETE FROM sessions WHERE kind = 'shopper' AND owner_id IN ({ids})")
    for table in ("addresses", "taken_carts"):
        gone[table] += await connection.execute(f"DELETE FROM {table} WHERE user_id IN ({ids})")
    gone["users"] += await connection.execute(f"DELETE FROM users WHERE id IN ({ids})")
    return gone


async def delete_taken_carts(connection: Connection, run: str, limit: int) -> int:
    """What was taken out of carts of this run.

    `_` in a pattern stands for any character, so the mark's is escaped. A real cart's drawn id may begin like a mark,
    so the length counts, too.
    """
    pattern = f"{run}\\_{'_' * OWN_ID_LENGTH}"
    return await connection.execute("DELETE FROM taken_carts WHERE cart_id LIKE %s LIMIT %s", (pattern, limit))


async def delete_findings_of(connection: Connection, run: str) -> int:
    """What the auditor found about the run itself; its subject is `RUN/SKU`."""
    return await connection.execute("DELETE FROM audit_findings WHERE subject LIKE %s", (f"{run}/%",))
