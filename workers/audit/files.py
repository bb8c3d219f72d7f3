"""Every document's file is there, with its size, and, if it is new or was touched, with its hash.

New is what came since the last audit that found all files right; that time is a row of `jobs` (audit-files). A file is
written once and never again, so one that was touched since then is read, too. `deep` reads them all.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from shared.audit.gaps import Gap, Report, Unreadable
from shared.queries.audit import file_rows
from shared.queries.audit.packed import moment
from workers.audit.desk import PAGE, Desk, page

KINDS = frozenset({"file_missing", "file_altered"})
MARGIN = timedelta(hours=1)  # clocks differ, and a file is older than its row
NEVER = datetime(1970, 1, 2)  # noqa: DTZ001 (the database's times have no zone)
KEPT = 4096  # files that several documents share are read once


@dataclass(frozen=True)
class Expected:
    """What the ledger says of a file; must_read: its hash is to be worked out."""

    path: str
    sha256: str
    size: int
    must_read: bool


@dataclass(frozen=True)
class Found:
    """fault: "", or the kind of gap; was_read: its hash was worked out."""

    fault: str
    was_read: bool = False


async def check(desk: Desk, report: Report) -> None:
    async with desk.database.writer() as connection:
        started, last = await file_rows.now(connection), await file_rows.last_look(connection)
    since = NEVER if desk.deep or last is None else last - MARGIN
    before = len(report.gaps)
    await _check_all(desk, report, since)
    if len(report.gaps) == before:
        async with desk.database.writer() as connection:
            await file_rows.note_look(connection, started)


async def _check_all(desk: Desk, report: Report, since: datetime) -> None:
    if not desk.settings.media_root.is_dir():
        raise Unreadable("the media folder is not there")
    look, after = _looker(desk.settings.media_root, since), 0
    while True:
        async with page():
            async with moment(desk.database) as connection:
                rows = await file_rows.file_rows(connection, after, PAGE, since)
            if not rows:
                return
            wrong = await asyncio.to_thread(_look_at, rows, look, report)
        if wrong:
            await _tell(desk, report, wrong)
        after = int(rows[-1][0])


def _look_at(
    rows: Sequence[list[str]], look: Callable[[Expected], Found], report: Report
) -> list[tuple[str, list[str]]]:
    wrong = []
    for row in rows:
        _, _, _, _, path, sha256, size, is_new = row
        found = look(Expected(path, sha256, int(size or 0), is_new == "1"))
        report.checked["files"] += 1
        report.checked["hashes"] += found.was_read
        if found.fault:
            wrong.append((found.fault, row))
    return wrong


def _looker(root: Path, since: datetime) -> Callable[[Expected], Found]:
    touched_after = since.replace(tzinfo=UTC).timestamp()

    @lru_cache(KEPT)
    def look(expected: Expected) -> Found:
        path = root / expected.path
        try:
            status = path.stat()
            if not expected.path or not path.is_file():
                return Found("file_missing")
            if status.st_size != expected.size:
                return Found("file_altered")
            if not expected.must_read and status.st_mtime < touched_after:
                return Found("")
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return Found("file_missing")
        return Found("" if digest == expected.sha256 else "file_altered", was_read=True)

    return look


async def _tell(desk: Desk, report: Report, wrong: Sequence[tuple[str, list[str]]]) -> None:
    owners = [int(row[1].removeprefix("order:")) for _, row in wrong if row[1].startswith("order:")]
    async with desk.database.reader() as connection:
        numbers = await file_rows.order_numbers(connection, owners)
    for fault, (_, subject, kind, number, path, *_) in wrong:
        order = numbers.get(int(subject.removeprefix("order:"))) if subject.startswith("order:") else None
        why = "is not there" if fault == "file_missing" else "is not as it was made"
        report.gaps.append(Gap(fault, number or f"{subject}/{kind}", f"{kind} {number}: {path} {why}", order))
