"""Our side of the mailbox: mails that the ledger says were sent."""

from collections.abc import Sequence

from shared.db import Reads
from shared.queries.audit.packed import Source, packed
from shared.queries.documents import NOT_SENT
from shared.queries.sql import in_list

SEEDED = "seeded"  # the reply of a mail that `./shop seed --orders` wrote and nobody ever sent


async def mail_rows(connection: Reads, message_ids: Sequence[str]) -> dict[str, int]:
    """Message-ID -> the document's id, for those that the ledger knows, in whatever state."""
    rows = await packed(
        connection,
        ["id", "message_id"],
        Source(f"documents FORCE INDEX (message_id) WHERE message_id IN ({in_list(message_ids)})", message_ids),
    )
    return {row[1]: int(row[0]) for row in rows}


async def sent_mails_after(connection: Reads, after_id: int, limit: int, older_s: int) -> list[tuple[int, str]]:
    """Id and Message-ID of the next mails that were sent more than so many seconds ago."""
    page = (
        "(SELECT id, message_id FROM documents WHERE id > %s AND message_id IS NOT NULL AND state = 'done' "
        "AND done_at < UTC_TIMESTAMP(6) - INTERVAL %s SECOND AND COALESCE(server_reply, '') NOT IN (%s, %s) "
        "ORDER BY id LIMIT %s) AS page"
    )
    rows = await packed(connection, ["id", "message_id"], Source(page, (after_id, older_s, SEEDED, NOT_SENT, limit)))
    return sorted((int(row[0]), row[1]) for row in rows)
