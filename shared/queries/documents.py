"""The ledger of documents and mails: reserved before the work, then filled with what was made or sent."""

from dataclasses import dataclass
from datetime import datetime

from shared.db import Connection, utc
from shared.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class Document:
    """A row of the ledger; state: reserved, sending (mails only), done."""

    id: int
    subject: str
    kind: str
    revision: int
    number: str | None
    state: str
    snapshot: str
    sha256: str | None
    path: str | None
    size: int | None
    message_id: str | None
    reserved_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewDocument:
    subject: str
    kind: str
    revision: int
    snapshot: str
    number: str | None = None
    message_id: str | None = None


NOT_SENT = "not sent: of a load run"  # the reply of a mail that was written and noted only
COLUMNS = "id, subject, kind, revision, number, state, snapshot, sha256, path, size, message_id, reserved_at"


async def find_document(connection: Connection, subject: str, kind: str, revision: int = 1) -> Document | None:
    row = await connection.row(
        f"SELECT {COLUMNS} FROM documents WHERE subject = %s AND kind = %s AND revision = %s",
        (subject, kind, revision),
    )
    return Document(**row | {"reserved_at": utc(row["reserved_at"])}) if row else None


async def get_document(connection: Connection, subject: str, kind: str, revision: int = 1) -> Document:
    found = await find_document(connection, subject, kind, revision)
    if found is None:
        raise NotFound("There is no such document.")
    return found


async def next_number(connection: Connection, kind: str) -> int:
    """Take the next number of a range.

    The row stays locked until the transaction ends, and a roll-back gives the number back: so the range has no gap.
    """
    await connection.execute("UPDATE number_ranges SET last = last + 1 WHERE kind = %s", (kind,))
    row = await connection.row("SELECT last FROM number_ranges WHERE kind = %s", (kind,))
    assert row is not None
    return int(row["last"])


async def reserve(connection: Connection, new: NewDocument) -> None:
    await connection.execute(
        "INSERT INTO documents (subject, kind, revision, number, state, snapshot, message_id, reserved_at) "
        "VALUES (%s, %s, %s, %s, 'reserved', %s, %s, UTC_TIMESTAMP(6))",
        (new.subject, new.kind, new.revision, new.number, new.snapshot, new.message_id),
    )


async def note_file(connection: Connection, document_id: int, sha256: str, path: str, size: int) -> None:
    """The file is in its place; path is relative to MEDIA_ROOT."""
    await connection.execute(
        "UPDATE documents SET state = 'done', sha256 = %s, path = %s, size = %s, done_at = UTC_TIMESTAMP(6) "
        "WHERE id = %s",
        (sha256, path, size, document_id),
    )


async def note_sending(connection: Connection, document_id: int, sha256: str, size: int) -> None:
    """From here on we may have sent it: whoever comes later asks the mail server's side first."""
    await connection.execute(
        "UPDATE documents SET state = 'sending', sha256 = %s, size = %s WHERE id = %s", (sha256, size, document_id)
    )


async def note_sent(connection: Connection, document_id: int, reply: str) -> None:
    await connection.execute(
        "UPDATE documents SET state = 'done', server_reply = %s, done_at = UTC_TIMESTAMP(6) WHERE id = %s",
        (reply[:300], document_id),
    )
