"""The file of a backup: a tar.gz of the tables as JSON lines, then the media files, then a count of all.

What is read is never believed: only members of these names, of these shapes and in this order are a backup, and nothing
but its name's own words becomes part of a path.
"""

import gzip
import hashlib
import json
import re
import tarfile
import zlib
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

FORMAT = "shop-backup-1"
MANIFEST, END = "manifest.json", "end.json"
TABLE = re.compile(r"tables/([a-z][a-z_]{0,63})/[0-9]{6}\.jsonl")
MEDIA = re.compile(r"media/((?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*)")
BY_CONTENT = re.compile(r"documents/[0-9a-f]{2}/([0-9a-f]{64})\.[a-z0-9]+")  # as shared/media.py names documents
JSON_BYTES = 256 * 1024 * 1024  # more than any part that a backup writes
CHUNK = 1 << 20


class ArchiveFault(Exception):
    """Not a backup of this shop, or a broken one; the sentence says what is wrong."""


@dataclass(frozen=True)
class Manifest:
    """The schema's revision, and every table's columns."""

    revision: str
    tables: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Rows:
    table: str
    rows: list[list[Any]]


@dataclass(frozen=True)
class File:
    """A media file; path relative to MEDIA_ROOT. Its content must be read before the next part is asked for."""

    path: str
    size: int
    content: IO[bytes]


Part = Manifest | Rows | File


def is_damaged(path: str, content: IO[bytes]) -> bool:
    """Whether a document's bytes are other ones than its name promises; files of other names promise nothing."""
    named = BY_CONTENT.fullmatch(path)
    return named is not None and hashlib.file_digest(content, "sha256").hexdigest() != named[1]  # type: ignore[arg-type]


def stored(value: Any) -> Any:
    """A value of a row as the database takes it."""
    return b64decode(value["base64"]) if isinstance(value, dict) else value


def read_archive(path: Path) -> Iterator[Part]:
    """The parts of a backup, in their order, each checked; at the end all of them are known to be there.

    Raises:
        ArchiveFault: it is no backup, or a broken one.
        OSError: the file cannot be opened.
    """
    with gzip.open(path) as unpacked:
        try:
            with tarfile.open(fileobj=unpacked, mode="r|") as tar:
                yield from _parts(tar)
            while unpacked.read(CHUNK):  # the last bytes hold gzip's own checksum
                pass
        except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile) as error:
            raise ArchiveFault(f"{path} is damaged, or no backup: {error}") from error
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ArchiveFault(f"{path} is no backup of this shop ({type(error).__name__})") from error


def _parts(tar: tarfile.TarFile) -> Iterator[Part]:
    manifest: Manifest | None = None
    rows: Counter[str] = Counter()
    files, end = 0, None
    for member in tar:
        content = _content(tar, member)
        if end is not None or (manifest is None) is not (member.name == MANIFEST):
            raise ArchiveFault(f"{member.name!r} stands where no backup has it")
        if manifest is None:
            manifest = _manifest(json.loads(_small(member, content)))
            yield manifest
        elif member.name == END:
            end = json.loads(_small(member, content))
        elif found := TABLE.fullmatch(member.name):
            part = _rows(found[1], _small(member, content), manifest)
            rows[part.table] += len(part.rows)
            yield part
        elif found := MEDIA.fullmatch(member.name):
            files += 1
            yield File(found[1], member.size, content)
        else:
            raise ArchiveFault(f"no backup has a member called {member.name!r}")
    counted = {"rows": {**dict.fromkeys(manifest.tables if manifest else (), 0), **rows}, "files": files}
    if end != counted:
        raise ArchiveFault("it is not whole: its end is missing, or counts more than there is")


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(member) if member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) else None
    if content is None:
        raise ArchiveFault(f"{member.name!r} is no plain file")
    return content


def _small(member: tarfile.TarInfo, content: IO[bytes]) -> bytes:
    if member.size > JSON_BYTES:
        raise ArchiveFault(f"{member.name!r} is longer than any backup's")
    return content.read()


def _manifest(found: Any) -> Manifest:
    if found["format"] != FORMAT or not re.fullmatch(r"[0-9]{4}", found["revision"]):
        raise ArchiveFault("it was written by something else, or by another release's backup")
    tables = {str(name): tuple(map(str, columns)) for name, columns in found["tables"].items()}
    return Manifest(found["revision"], tables)


def _rows(table: str, text: bytes, manifest: Manifest) -> Rows:
    width = len(manifest.tables[table])
    rows = [json.loads(line) for line in text.splitlines()]
    if not all(isinstance(row, list) and len(row) == width and all(map(_is_value, row)) for row in rows):
        raise ArchiveFault(f"a row of the table {table} has the wrong shape")
    return Rows(table, rows)


def _is_value(value: object) -> bool:
    is_binary = isinstance(value, dict) and set(value) == {"base64"}
    return is_binary or value is None or isinstance(value, str | int | float)
