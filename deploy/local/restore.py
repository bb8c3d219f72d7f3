"""`restore`: database and media of a backup in the place of this checkout's, with the stack stopped.

All of it is built beside the old data and changes places with it at the end: whatever goes wrong before leaves the old
data as it was. The card provider and the mailbox stand for foreign companies, so they keep what happened since. So do
documents that are newer than the backup: they were mailed, and the law wants them kept.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.backing import backing_services
from deploy.local.faults import StackFault, UsageFault
from deploy.local.hand_over import PROGRAMS
from deploy.local.lock import take_lock
from deploy.local.place import CHECKOUT, Place
from deploy.local.ports import Ports
from deploy.local.restored_rows import load
from shared.archive import BY_CONTENT, ArchiveFault, File, Manifest, Rows, is_damaged, read_archive
from shared.migrate import migrate, newest_revision

OTHERS = ("DATABASE_WRITER_URL", "MEDIA_ROOT")
KEPT_STAMPS = ("seed.done", "staff.done")  # the next start need not do these again; it does migrate
CHUNK = 1 << 20


@dataclass
class Contents:
    """What a backup that was read to its end holds."""

    revision: str = ""
    rows: int = 0
    files: int = 0


def restore(place: Place, file: Path, given: Mapping[str, str], *, is_sure: bool) -> int:
    """Replace database and media by those of the file, after asking.

    Raises:
        StackFault: the stack runs, or the file is no whole backup that this release can read.
        UsageFault: there is nobody to ask, or the data is not the stack's own.
    """
    for name in OTHERS:
        if name in given:
            raise UsageFault(f"{name} is set: only the data of the stack itself, in {place.state}, is restored")
    place.make()
    lock = take_lock(place.lock)
    try:
        contents = check(file)
        print(f"{file}: {contents.rows} rows and {contents.files} files, of schema {contents.revision}")
        if not is_sure and not _agrees(place):
            print("nothing was changed")
            return 1
        _replace(place, file, given)
    finally:
        os.close(lock)
    print("restored. ./shop run opens the shop as it was")
    return 0


def check(file: Path) -> Contents:
    """Read a whole backup without changing anything.

    Raises:
        StackFault: it is broken, no backup, or of a newer release.
    """
    contents = Contents()
    try:
        for part in read_archive(file):
            _count(contents, part)
    except ArchiveFault as fault:
        raise StackFault(f"{fault}. Nothing was changed") from fault
    if contents.revision > newest_revision():
        raise StackFault(f"{file} is of a newer release (schema {contents.revision}). Nothing was changed")
    return contents


def _count(contents: Contents, part: Manifest | Rows | File) -> None:
    if isinstance(part, Manifest):
        contents.revision = part.revision
    elif isinstance(part, Rows):
        contents.rows += len(part.rows)
    else:
        contents.files += 1
        if is_damaged(part.path, part.content):
            raise ArchiveFault(f"the document {part.path} in it is damaged")


def _agrees(place: Place) -> bool:
    if not sys.stdin.isatty():
        raise UsageFault("there is no terminal to ask at. Say that you are sure: ./shop restore FILE --yes")
    print(f"This replaces all orders, stock and pictures in {place.state}; what is newer is lost, but for documents.")
    return input("Replace them? Type yes: ").strip().lower() == "yes"


def _replace(place: Place, file: Path, given: Mapping[str, str]) -> None:
    new = Place(place.state / "restore")
    shutil.rmtree(new.state, ignore_errors=True)
    try:
        asyncio.run(_build(place, new, file, given))
        for stamp in KEPT_STAMPS:
            if (place.mysql / stamp).is_file():
                shutil.copy(place.mysql / stamp, new.mysql / stamp)
        for old_folder, new_folder in ((place.media, new.media), (place.mysql, new.mysql)):
            _change_places(old_folder, new_folder)
        shutil.rmtree(place.readers, ignore_errors=True)  # copies of what is no more
    finally:
        shutil.rmtree(new.state, ignore_errors=True)


async def _build(old: Place, new: Place, file: Path, given: Mapping[str, str]) -> None:
    """Make the data in the folder `new`: MariaDB alone runs there, on a port of its own."""
    async with backing_services(new.state, Ports.free(), given, only=("mariadb",)) as running:
        url = running.environment["DATABASE_WRITER_URL"]
        try:
            await asyncio.to_thread(_fill, url, new.media, file)
        except ArchiveFault as fault:
            raise StackFault(f"{fault}. Nothing was changed") from fault
        await asyncio.to_thread(migrate, url)
        keep_documents(old.media, new.media)
        await take_up_papers(running.environment)


def keep_documents(old: Path, new: Path) -> None:
    """Bring documents that only the old media folder has into the new one; both are on the same disk."""
    for path in (old / "documents").glob("??/*"):
        name = path.relative_to(old)
        if BY_CONTENT.fullmatch(str(name)) and not (new / name).exists():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).hardlink_to(path)


async def take_up_papers(environ: Mapping[str, str]) -> None:
    """Let the documents that were kept come back into the ledger, so that their numbers are not given again.

    Raises:
        StackFault: it cannot be known that all of them did.
    """
    program = (sys.executable, "-m", PROGRAMS["found-papers"])
    process = await asyncio.create_subprocess_exec(*program, cwd=CHECKOUT, env=environ)
    if await process.wait() not in (0, 1):  # 1: numbers were given twice before, as it told
        raise StackFault("the newer documents cannot be entered. Nothing was changed")


def _fill(database_url: str, media: Path, file: Path) -> None:
    load(database_url, _writing_files(media, file))


def _writing_files(media: Path, file: Path) -> Iterator[Manifest | Rows]:
    """The parts of the backup, its files written on the way."""
    for part in read_archive(file):
        if isinstance(part, File):
            target = media / part.path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as written:
                shutil.copyfileobj(part.content, written, CHUNK)
        else:
            yield part


def _change_places(old: Path, new: Path) -> None:
    """Put the new folder in the place of the old one, which goes where the new one was, to be deleted."""
    aside = new.with_name(f"{new.name}.old")
    if old.exists():
        old.rename(aside)
    new.rename(old)
