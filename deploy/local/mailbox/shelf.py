"""Where the mails are: a file each, made whole or not at all, and a small index of them in memory.

A file is one line of JSON, all that the list and the JSON of the API need, and after it the mail as it came.
"""

import json
import logging
import os
import secrets
import threading
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.local.mailbox.letters import Letter, header, read_letter

SUFFIX = ".mail"
UNFINISHED = ".part"
log = logging.getLogger("mailbox.shelf")


@dataclass(frozen=True)
class Search:
    """Which mails are asked for; empty texts ask for all."""

    to: str = ""
    message_id: str = ""
    before: str = ""
    limit: int = 100


@dataclass(frozen=True)
class Entry:
    """What the index knows of a mail."""

    id: str
    to: tuple[str, ...]
    subject: str
    date: str
    message_id: str
    attachments: int


class Shelf:
    """All mails that were kept. Safe to use from several threads: a mail is written in one, looked up in another."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._by_address: dict[str, list[str]] = {}
        self._by_message_id: dict[str, list[str]] = {}
        self._ids: list[str] = []
        self._last_us = 0
        self._load()

    def __len__(self) -> int:
        return len(self._ids)

    def keep(self, sender: str, recipients: Sequence[str], raw: bytes) -> str:
        """Put a mail on the disk for good; its id.

        Raises:
            OSError: there is no room, or the folder cannot be written.
        """
        letter = read_letter(raw)
        record = describe(self._new_id(), (sender, *recipients), letter)
        line = json.dumps(record).encode() + b"\n"
        write_whole(self._path(record["id"]), line + raw)
        self._enter(record)
        return str(record["id"])

    def find(self, search: Search) -> list[Entry]:
        """The mails that fit, newest first."""
        with self._lock:
            ids = self._ids
            if search.to:
                ids = self._by_address.get(search.to.lower(), [])
            if search.message_id:
                same = self._by_message_id.get(search.message_id, [])
                ids = [one for one in same if not search.to or one in ids]
            end = bisect_left(ids, search.before) if search.before else len(ids)
            return [self._entries[one] for one in reversed(ids[max(0, end - search.limit) : end])]

    def record(self, message_id: str) -> dict[str, Any]:
        """A mail as the API shows it; KeyError when there is none."""
        return read_first_line(self._path(self._entries[message_id].id))

    def raw(self, message_id: str) -> bytes:
        """A mail as it came; KeyError when there is none."""
        return self._path(self._entries[message_id].id).read_bytes().split(b"\n", 1)[1]

    def empty(self) -> None:
        """Throw all mails away."""
        with self._lock:
            gone, self._ids = self._ids, []
            for index in (self._entries, self._by_address, self._by_message_id):
                index.clear()
        for message_id in gone:
            self._path(message_id).unlink(missing_ok=True)

    def _load(self) -> None:
        for path in self._folder.glob(f"*{UNFINISHED}"):
            path.unlink()
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            try:
                self._enter(read_first_line(path))
            except (KeyError, TypeError, ValueError):
                log.warning("%s is damaged and left out", path.name)
        if self._ids:
            self._last_us = int(self._ids[-1][:14], 16)

    def _path(self, message_id: str) -> Path:
        return self._folder / f"{message_id}{SUFFIX}"

    def _new_id(self) -> str:
        with self._lock:
            self._last_us = max(self._last_us + 1, time.time_ns() // 1000)
            return f"{self._last_us:014x}{secrets.token_hex(2)}"

    def _enter(self, record: dict[str, Any]) -> None:
        message_id = next((value for name, value in record["headers"].items() if name.lower() == "message-id"), "")
        entry = Entry(
            record["id"],
            tuple(record["to"]),
            *(record["subject"], record["date"], message_id, len(record["attachments"])),
        )
        with self._lock:
            self._entries[entry.id] = entry
            put_in_order(self._ids, entry.id)
            for address in {address.lower() for address in entry.to}:
                put_in_order(self._by_address.setdefault(address, []), entry.id)
            put_in_order(self._by_message_id.setdefault(message_id, []), entry.id)


def put_in_order(ids: list[str], message_id: str) -> None:
    """Mails written side by side may be done in another order than they came."""
    ids.insert(bisect_left(ids, message_id), message_id)


def describe(message_id: str, addresses: tuple[str, ...], letter: Letter) -> dict[str, Any]:
    """What the API shows of a mail; addresses are the sender's and then those it went to."""
    return {
        "id": message_id,
        "to": list(addresses[1:]),
        "from": addresses[0],
        "subject": header(letter, "subject"),
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "text": letter.text,
        "html": letter.html,
        "headers": letter.headers,
        "attachments": [
            {
                "filename": part.filename,
                "content_type": part.content_type,
                "size": len(part.content),
                "url": f"/messages/{message_id}/attachments/{n}",
            }
            for n, part in enumerate(letter.attachments)
        ],
    }


def read_first_line(path: Path) -> dict[str, Any]:
    """The record at the head of a mail's file."""
    with path.open("rb") as file:
        record: dict[str, Any] = json.loads(file.readline())
    return record


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there entirely, also after a power cut, or not at all."""
    unfinished = path.with_suffix(UNFINISHED)
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
