"""Writes a backup's file (shared/archive.py) part by part."""

import gzip
import io
import json
import tarfile
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Any, Self

from shared.archive import END, FORMAT, MANIFEST, Manifest

LEVEL = 5  # of compression: beyond it little is saved, and the shop beside waits longer for the processor


class ArchiveWriter:
    """Writes the parts in their order, within a `with`; flat in memory but for the rows of one call.

    Left with an error the file stays without its end, so nobody takes it for a backup.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._packed = gzip.GzipFile(fileobj=file, mode="wb", compresslevel=LEVEL)
        self._tar = tarfile.open(fileobj=self._packed, mode="w|")  # noqa: SIM115 (closed at the exit)
        self._rows: Counter[str] = Counter()
        self._parts: Counter[str] = Counter()
        self.files = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close both while the file below is open: later their remains could not be written."""
        if kind is None:
            self._add_json(END, {"rows": dict(self._rows), "files": self.files})
            self._tar.close()
            self._packed.close()
            return
        for layer in (self._tar, self._packed):
            with suppress(OSError, ValueError):  # as the disk may be full
                layer.close()

    def begin(self, manifest: Manifest) -> None:
        self._rows.update(dict.fromkeys(manifest.tables, 0))
        self._add_json(MANIFEST, {"format": FORMAT, "revision": manifest.revision, "tables": manifest.tables})

    def add_rows(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        lines = "".join(json.dumps([_plain(value) for value in row], separators=(",", ":")) + "\n" for row in rows)
        self._parts[table] += 1
        self._rows[table] += len(rows)
        self._add(f"tables/{table}/{self._parts[table]:06d}.jsonl", lines.encode())

    def add_file(self, path: str, content: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(f"media/{path}")
        member.size = size
        self._tar.addfile(member, content)
        self.files += 1

    def _add_json(self, name: str, value: object) -> None:
        self._add(name, json.dumps(value).encode())

    def _add(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        self._tar.addfile(member, io.BytesIO(content))


def _plain(value: object) -> object:
    return {"base64": b64encode(value).decode()} if isinstance(value, bytes) else value
