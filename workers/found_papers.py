"""After a restore: documents that lie in the media folder, but were made after the backup, come back into the ledger.

Their numbers were given, and mailed, so nobody else may get them. An order that the backup knows gets its own invoice
again. Of a younger order the document alone is left: it is entered as such, and a person looks after it.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from shared.db import Connection, Database
from shared.errors import NotFound, Unavailable
from shared.queries import documents, found_papers
from shared.queries.documents import NewDocument
from shared.queries.operating import id_of_order
from shared.queries.orders import order_by_id
from shared.queries.payments import lock_order_by_id
from shared.settings import Settings
from workers.documents.paper import Paper, read_paper
from workers.invoice_step import invoice_data, subject_of

MARGIN = timedelta(hours=1)  # clocks differ, and a file is older than its row
SNAPSHOT = "{}"  # of a document that nothing can render again


class Fate(StrEnum):
    """What became of a document that the ledger did not know."""

    TAKEN_UP = "its order is there, and has this invoice again"
    ENTERED = "the database has nothing that it is about; its number and its file are kept"
    TWICE = "its number is another order's, too"


@dataclass(frozen=True)
class FoundPaper:
    """A file as the ledger will know it: path relative to the media folder, size in bytes, written_at in UTC."""

    paper: Paper
    sha256: str
    path: str
    size: int
    written_at: datetime


async def take_up_papers(
    settings: Settings, database: Database, since: datetime | None = None
) -> AsyncIterator[tuple[FoundPaper, Fate]]:
    """Look at the documents that were written since then, or since the ledger's newest, the oldest first.

    So whoever is interrupted begins again where it was.

    Raises:
        Unavailable: the media folder is not there.
    """
    if not await asyncio.to_thread(settings.media_root.is_dir):
        raise Unavailable("The media folder is not there.")
    if since is None:
        async with database.writer() as connection:
            last = await found_papers.last_end(connection)
        since = last.replace(tzinfo=UTC) - MARGIN if last else datetime.fromtimestamp(0, UTC)
    for path in await asyncio.to_thread(_written_since, settings.media_root, since):
        found = await asyncio.to_thread(_read, settings.media_root, path)
        fate = await database.retrying(partial(_take_up, settings, found)) if found else None
        if found and fate:
            yield found, fate


def _written_since(root: Path, since: datetime) -> list[Path]:
    written = [(path.stat().st_mtime, path) for path in (root / "documents").glob("??/*.pdf")]
    return [path for at, path in sorted(written) if at >= since.timestamp()]


def _read(root: Path, path: Path) -> FoundPaper | None:
    """None for what is no paper of ours, or damaged."""
    pdf, written_at = path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, UTC)
    paper, sha256 = read_paper(pdf), hashlib.sha256(pdf).hexdigest()
    if paper is None or path.stem != sha256:
        return None
    return FoundPaper(paper, sha256, str(path.relative_to(root)), len(pdf), written_at)


async def _take_up(settings: Settings, found: FoundPaper, connection: Connection) -> Fate | None:
    """None when the ledger knows it."""
    paper = found.paper
    bearer = await found_papers.bearer_of(connection, paper.number)
    if bearer is not None:
        return None if bearer == paper.order_number else Fate.TWICE
    await found_papers.lift_range(connection, paper.kind, paper.n)
    if paper.kind == "invoice" and await _reserve_again(connection, settings, paper):
        return Fate.TAKEN_UP
    await _enter(connection, found)
    return Fate.ENTERED


async def _enter(connection: Connection, found: FoundPaper) -> None:
    kind, subject = found.paper.kind, f"{found_papers.LOST}{found.paper.order_number}"
    revision = await found_papers.next_revision(connection, subject, kind)
    new = NewDocument(subject=subject, kind=kind, revision=revision, number=found.paper.number, snapshot=SNAPSHOT)
    await documents.reserve(connection, new)
    entered = await documents.get_document(connection, subject, kind, revision)
    await documents.note_file(connection, entered.id, found.sha256, found.path, found.size)
    await found_papers.note_end(connection, entered.id, found.written_at)


async def _reserve_again(connection: Connection, settings: Settings, paper: Paper) -> bool:
    """Give the number to the order that had it, so that its step makes the same document again."""
    from workers.documents.invoice import to_snapshot

    try:
        order_id = await id_of_order(connection, paper.order_number)
    except NotFound:
        return False
    await lock_order_by_id(connection, order_id)
    subject = subject_of(order_id)
    if await documents.find_document(connection, subject, paper.kind) is not None:
        return False
    order = await order_by_id(connection, order_id)
    snapshot = to_snapshot(invoice_data(settings, order, paper.number, paper.issued_on))
    await documents.reserve(
        connection, NewDocument(subject=subject, kind=paper.kind, revision=1, number=paper.number, snapshot=snapshot)
    )
    return True
