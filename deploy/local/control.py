"""Orders to a running stack from another terminal: a socket below .local/run, a JSON line each way."""

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from deploy.local.faults import StackFault, UsageFault
from deploy.local.place import Place
from deploy.local.sockets import near

REQUEST_S = 5.0
Obey = Callable[[Mapping[str, Any]], Awaitable[str]]


class Control:
    """`async with` listens; each request is one call of `obey`, which tells what is so now, or raises a StackFault."""

    def __init__(self, place: Place, obey: Obey) -> None:
        self._path = place.control
        self._obey = obey
        self._orders: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> "Control":
        self._path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(near(self._path))
        # Nobody can connect before it listens, so nobody but its owner ever can.
        os.chmod(self._path, 0o600)
        self._server = await asyncio.start_unix_server(self._serve, sock=listener)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for order in self._orders:
            order.cancel()
        await asyncio.gather(*self._orders, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        order = asyncio.current_task()
        assert order
        self._orders.add(order)
        try:
            async with asyncio.timeout(REQUEST_S):
                line = await reader.readline()
            writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
            await writer.drain()
        except (OSError, ValueError):
            return  # whoever asked is gone, or sent a line that never ends
        finally:
            self._orders.discard(order)
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            return {"code": 0, "told": await self._obey(_read(line))}
        except StackFault as fault:
            return {"code": fault.exit_code, "told": str(fault)}


def one_of(obeying: Mapping[str, Obey]) -> Obey:
    """Hand each request on by what it names, as in `{"action": "kill", "instance": 2}`."""

    async def obey(request: Mapping[str, Any]) -> str:
        for named, carry_out in obeying.items():
            if named in request:
                return await carry_out(request)
        raise UsageFault(f"an order here names one of: {', '.join(obeying)}")

    return obey


def _read(line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except ValueError:
        request = None
    if not isinstance(request, dict):
        raise UsageFault("an order is a line with a JSON object")
    return request
