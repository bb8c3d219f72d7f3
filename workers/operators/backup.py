"""`./shop backup FILE`: database and media into one file, beside the running shop.

The database is read in one snapshot, then the media folder is copied: files are only ever added to it, so all that the
snapshot's rows speak of are there. The file appears whole or not at all, and only its owner may read it.
"""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pymysql

from shared.archive import MEDIA, Manifest, is_damaged
from shared.archive_writer import ArchiveWriter
from shared.queries.snapshot import Snapshot
from shared.settings import Settings, SettingsError, load_settings

TELL_EVERY = 1000  # files
GAPS = 5  # named at the end
BEING_WRITTEN = "tmp"  # how the names of media files begin that are not whole yet (shared/media.py)


@dataclass
class Backup:
    """One backup at work; `gaps` are the documents that are missing or damaged, and therefore not in it."""

    archive: ArchiveWriter
    media: Path
    rows: int = 0
    gaps: list[str] = field(default_factory=list)

    def add_tables(self, snapshot: Snapshot) -> None:
        tables = snapshot.tables()
        self.archive.begin(Manifest(snapshot.revision(), tables))
        for table, columns in tables.items():
            before = self.rows
            for rows in snapshot.rows(table, columns):
                if table == "documents":
                    self._look_for_files({row[columns.index("path")] for row in rows})
                self.archive.add_rows(table, rows)
                self.rows += len(rows)
            _tell(f"{table}: {self.rows - before} rows")

    def add_media(self) -> None:
        for path in _files(self.media):
            with (self.media / path).open("rb") as content:
                if is_damaged(path, content):
                    self.gaps.append(f"{path} is damaged")
                    continue
                content.seek(0)
                self.archive.add_file(path, content, os.fstat(content.fileno()).st_size)
            if self.archive.files % TELL_EVERY == 0:
                _tell(f"{self.archive.files} files so far")

    def _look_for_files(self, paths: set[str | None]) -> None:
        self.gaps += [f"{path} is missing" for path in sorted(filter(None, paths)) if not (self.media / path).is_file()]


def _files(root: Path) -> Iterator[str]:
    """Every whole file below the folder, relative to it."""
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = (Path(folder) / name).relative_to(root).as_posix()
            if MEDIA.fullmatch(f"media/{path}") and not name.startswith(BEING_WRITTEN):
                yield path
            else:
                _tell(f"left out, as the shop gives no whole file such a name: {path!r}")


def back_up(settings: Settings, target: Path) -> list[str]:
    """Write the backup, and return what is not in it: documents that are missing or damaged.

    An older file of this name is replaced, once the new one is whole.

    Raises:
        pymysql.MySQLError: the database does not answer.
        OSError: the file cannot be written.
    """
    handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # made for its owner only
    try:
        with os.fdopen(handle, "wb") as file:
            with ArchiveWriter(file) as archive:
                backup = Backup(archive, settings.media_root)
                with Snapshot(settings.database_writer_url) as snapshot:
                    backup.add_tables(snapshot)
                backup.add_media()
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    _tell(f"{backup.rows} rows and {backup.archive.files} files in {target.stat().st_size / 1e6:.1f} MB")
    return backup.gaps


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./shop backup", description="Save database and media.")
    parser.add_argument("file", type=Path, help="as in shop.tar.gz; an older file of this name is replaced")
    target = parser.parse_args().file
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what is half-written is cleared away
    try:
        os.nice(10)  # shoppers first
        gaps = back_up(load_settings(), target.absolute())
    except SettingsError as error:
        return _refuse(f"settings: {error}", 2)
    except pymysql.MySQLError as error:
        return _refuse(f"the database does not answer: {error}", 2)
    except OSError as error:
        return _refuse(f"no backup was made: {error}", 1)
    except KeyboardInterrupt:
        return _refuse("no backup was made: interrupted", 1)
    if gaps:
        return _refuse(f"{target} is written, but {len(gaps)} documents are not in it: {'; '.join(gaps[:GAPS])}", 1)
    sys.stdout.write(f"{target} is written\n")
    return 0


def _refuse(sentence: str, code: int) -> int:
    sys.stderr.write(f"shop: {sentence}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
