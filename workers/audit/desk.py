"""What every check has at hand, and how fast it may go."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from shared.audit.gaps import Unreadable
from shared.db import Database
from shared.settings import Settings

PAGE = 800  # orders, documents or charges at once; MariaDB makes a table of an IN list of 1,000, and reads all rows
SHARE = 0.1  # of its time the auditor leaves the database alone, so that shoppers never queue behind it
SETTLED_S = 60  # foreign ledgers are compared only for what is older
CONNECT_S, ANSWER_S = 2, 20


@dataclass(frozen=True)
class Desk:
    """deep: the hash of every file, not only of new ones; settled_s: how old what foreign ledgers hold must be."""

    settings: Settings
    database: Database
    deep: bool = False
    settled_s: int = SETTLED_S


@asynccontextmanager
async def page() -> AsyncIterator[None]:
    """Take a breath after a page, in proportion to the time it took."""
    started = time.monotonic()
    yield
    await asyncio.sleep(SHARE * (time.monotonic() - started))


async def fetch_json(whose: str, url: str) -> Any:
    """Ask a foreign ledger; None when it does not know what is asked for (404).

    Raises:
        Unreadable: no answer, or none that can be used.
    """
    try:
        answer = await AsyncHTTPClient().fetch(
            url, connect_timeout=CONNECT_S, request_timeout=ANSWER_S, follow_redirects=False, raise_error=False
        )
        if answer.code == 404:
            return None
        if answer.code != 200:
            raise Unreadable(f"{whose} answers {answer.code}")
        return json.loads(answer.body)
    except (OSError, ValueError, HTTPClientError) as error:
        raise Unreadable(f"{whose} does not answer: {type(error).__name__}") from error


class Marks:
    """A set of row ids that needs one bit an id: a million take 125 kB."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> bool:
        """Mark a number; False if it was marked before."""
        byte, bit = divmod(number, 8)
        if byte >= len(self._bits):
            self._bits.extend(bytes(byte + 1 - len(self._bits) + len(self._bits) // 2))
        is_new = not self._bits[byte] >> bit & 1
        self._bits[byte] |= 1 << bit
        return bool(is_new)

    def __contains__(self, number: int) -> bool:
        byte, bit = divmod(number, 8)
        return byte < len(self._bits) and bool(self._bits[byte] >> bit & 1)
