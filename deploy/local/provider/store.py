"""The ledger's file: SQLite in WAL, every commit on the disk before anybody hears of it."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from deploy.local.provider.faults import Faults

TABLES = """
CREATE TABLE IF NOT EXISTS operations (
    key TEXT PRIMARY KEY, operation TEXT NOT NULL, request_sha TEXT NOT NULL, status INTEGER NOT NULL,
    answer TEXT NOT NULL, authorization TEXT, session TEXT) STRICT;
CREATE TABLE IF NOT EXISTS authorizations (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL, session TEXT, status TEXT NOT NULL,
    order_number TEXT NOT NULL, amount_cents INTEGER NOT NULL, currency TEXT NOT NULL,
    captured_cents INTEGER NOT NULL DEFAULT 0, refunded_cents INTEGER NOT NULL DEFAULT 0,
    decline_reason TEXT, action_url TEXT, return_url TEXT, last_four TEXT, created TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS authorizations_of_session ON authorizations (session, position);
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, status TEXT NOT NULL, order_number TEXT NOT NULL,
    amount_cents INTEGER NOT NULL, currency TEXT NOT NULL, return_url TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS callbacks (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, tries INTEGER NOT NULL, next_at REAL NOT NULL,
    created_at REAL NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS callbacks_due ON callbacks (next_at);
"""
P = ParamSpec("P")
T = TypeVar("T")


class Books:
    """The open ledger within one transaction."""

    def __init__(self, connection: sqlite3.Connection, muted: bool) -> None:
        self._connection = connection
        self.muted = muted

    def execute(self, sql: str, *values: object) -> int:
        """Carry out one statement; the number of rows it touched."""
        return self._connection.execute(sql, values).rowcount

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """All rows of a query."""
        return [dict(row) for row in self._connection.execute(sql, values)]

    def row(self, sql: str, *values: object) -> dict[str, Any] | None:
        """The first row of a query, or None."""
        return next(iter(self.rows(sql, *values)), None)


class Store:
    """Runs work on the ledger, one transaction at a time, in a thread of its own: no race, no waiting event loop."""

    def __init__(self, path: Path, faults: Faults) -> None:
        self._path = path
        self._faults = faults
        self._thread = ThreadPoolExecutor(1, "ledger")
        self._connection: sqlite3.Connection

    async def open(self) -> None:
        """Open the file, made when missing."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._open)

    async def transact(self, work: Callable[Concatenate[Books, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Carry out work(books, …) in one transaction; an exception undoes it."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: self._transact(lambda books: work(books, *args, **kwargs))
        )

    async def close(self) -> None:
        """Finish what runs and close the file."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown()

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {TABLES}")

    def _transact(self, work: Callable[[Books], T]) -> T:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(Books(self._connection, self._faults.mute_callbacks))
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return result
