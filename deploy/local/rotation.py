"""Which storefronts the balancer sends to: asked and changed over HAProxy's own socket while it runs."""

import asyncio
import csv
from collections.abc import Awaitable, Callable
from pathlib import Path

from deploy.local.faults import StackFault
from deploy.local.sockets import near

BACKEND = "storefronts"
ANSWER_S = 3.0
PATIENCE_S = 15.0  # a balancer that died is back by then
LOOK_EVERY_S = 0.05
SILENT = "the balancer does not answer. ./shop status and .local/log/haproxy.log tell why"


class Rotation:
    """Takes storefronts out and puts them back.

    Attributes:
        out: who gets no requests; a balancer that is started anew must begin with them left out.
    """

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self.out: set[str] = set()

    async def take_out(self, storefront: str) -> None:
        """No new request reaches it, not even by a cookie, as with an ALB's deregistered target; running ones end.

        Raises:
            StackFault: the balancer does not answer.
        """
        self.out.add(storefront)
        await _until(lambda: self._set(storefront, "maint"), SILENT)

    async def put_back(self, storefront: str) -> None:
        """Returns when the balancer sends to it.

        Raises:
            StackFault: the balancer does not answer, or finds the storefront not ready.
        """
        self.out.discard(storefront)
        await _until(lambda: self._set(storefront, "ready"), SILENT)
        await _until(lambda: self._is_up(storefront), f"the balancer does not find {storefront} ready")

    async def requests_at(self, storefront: str) -> int:
        """How many requests it answers at the moment; those of a balancer that is away are lost, so none."""
        row = await self._row(storefront)
        return int(row["scur"]) + int(row["qcur"]) if row else 0

    async def _set(self, storefront: str, state: str) -> bool:
        answer = await self._tell(f"set server {BACKEND}/{storefront} state {state}")
        return answer is not None and not answer.strip()

    async def _is_up(self, storefront: str) -> bool:
        row = await self._row(storefront)
        return row is not None and row["status"].startswith("UP")

    async def _row(self, storefront: str) -> dict[str, str] | None:
        table = await self._tell("show stat")
        for row in csv.DictReader((table or "").removeprefix("# ").splitlines()):
            if (row["pxname"], row["svname"]) == (BACKEND, storefront):
                return row
        return None

    async def _tell(self, command: str) -> str | None:
        """HAProxy's answer; None when it gives none."""
        try:
            async with asyncio.timeout(ANSWER_S):
                return await _ask(near(self._socket), command)
        except (OSError, TimeoutError):
            return None


async def _ask(address: str, command: str) -> str:
    reader, writer = await asyncio.open_unix_connection(address)
    try:
        writer.write(f"{command}\n".encode())
        return (await reader.read()).decode()
    finally:
        writer.close()


async def _until(look: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    """Look again and again until it is so.

    Raises:
        StackFault: it is not, for fifteen seconds; says `otherwise`.
    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await look():  # noqa: ASYNC110 (HAProxy tells nobody)
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        raise StackFault(otherwise) from None
