"""What the metrics tell of the order pipeline."""

from collections.abc import Mapping

from shared.db import Reads
from shared.queries.audit.step_rows import LATE_S, NEVER_BEGUN_S


async def oldest_unsent_s(connection: Reads) -> float:
    """Age in seconds of the oldest message that SQS has not taken yet; 0 when there is none."""
    row = await connection.row(
        "SELECT TIMESTAMPDIFF(MICROSECOND, o.created_at, UTC_TIMESTAMP(6)) / 1e6 AS age_s FROM outbox o "
        "JOIN steps s ON s.id = o.step_id WHERE o.published_at IS NULL AND s.state = 'queued' ORDER BY o.id LIMIT 1"
    )
    return float(row["age_s"]) if row else 0.0


async def open_steps(connection: Reads) -> Mapping[tuple[str, str], int]:
    """How many steps there are by (step, state), the done ones left out: they only grow."""
    rows = await connection.rows(
        "SELECT step, state, COUNT(*) AS n FROM steps "
        "WHERE state IN ('queued', 'running', 'waiting', 'retrying', 'dead') AND done_at IS NULL GROUP BY step, state"
    )
    return {(row["step"], row["state"]): int(row["n"]) for row in rows}


async def overdue_steps(connection: Reads) -> int:
    """How many steps nobody looks after, as the audit sees it: past their time, or never begun."""
    row = await connection.row(
        "SELECT COUNT(*) AS n FROM steps WHERE state IN ('queued', 'running', 'retrying') AND done_at IS NULL AND "
        "(due_at < UTC_TIMESTAMP(6) - INTERVAL %s SECOND "
        "OR state = 'queued' AND attempt = 0 AND created_at < UTC_TIMESTAMP(6) - INTERVAL %s SECOND)",
        (LATE_S, NEVER_BEGUN_S),
    )
    return int(row["n"]) if row else 0


async def mails_in_doubt(connection: Reads) -> tuple[int, int]:
    """How many mails were handed over more than a minute ago and are without word, and how often one was sent again so.

    Each of the second may have reached its reader twice.
    """
    row = await connection.row(
        "SELECT COALESCE(SUM(d.state = 'sending' AND s.began_at < UTC_TIMESTAMP(6) - INTERVAL 60 SECOND), 0) "
        "AS unsure, COALESCE(SUM(s.blind), 0) AS sent_again "
        "FROM mail_sendings s JOIN documents d ON d.id = s.document_id"
    )
    return (int(row["unsure"]), int(row["sent_again"])) if row else (0, 0)
