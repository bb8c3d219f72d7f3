"""Running the storefront: listening, and ending without dropping anybody."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.netutil import bind_sockets

from storefront.app import Storefront
from storefront.catalogue_listener import listen_to_catalogue
from storefront.client_stream import PATIENCE, ClientStream, Patience
from storefront.dependencies import look_at_all, watch_dependencies, watch_readers
from storefront.front import Front
from storefront.loop_delay import watch_loop_delay
from storefront.security_headers import security_headers
from storefront.transport_stream import TransportStream

if TYPE_CHECKING:
    from storefront.shop import Shop

logger = logging.getLogger("storefront")

READ_LIMIT = 16 * 1024 * 1024  # of a body that is too large: read and dropped, so that its sender sees the 413
HEADER_LIMIT = 32 * 1024
FAR_S = 365 * 24 * 3600
BACKLOG = 1024
FINISH_S = 10  # how long running requests may take once nobody is listened to any more
LOOK_S = 0.02


@asynccontextmanager
async def serve(shop: "Shop", port: int, addresses: Sequence[str], patience: Patience = PATIENCE) -> AsyncIterator[int]:
    """Listen while inside, and yield the port (another one where 0 was asked for); ready from the first moment on."""
    server = make_server(shop, patience)
    front = Front(shop, server, patience) if shop.settings.public_front else None
    _show_pools(shop)
    _show_dependencies(shop)
    watchers = [asyncio.create_task(watch_loop_delay(shop.metrics.loop_delay_s.observe))]
    try:
        await look_at_all(shop)
        shop.readiness.started = True
        watchers.append(asyncio.create_task(watch_dependencies(shop)))
        watchers.append(asyncio.create_task(watch_readers(shop.database)))
        watchers.append(asyncio.create_task(listen_to_catalogue(shop.redis, shop.pages)))
        port, sockets = _bind(port, addresses)
        if front:
            await front.listen(sockets)
        else:
            server.add_sockets(sockets)
        yield port
    finally:
        server.stop()
        if front:
            front.stop()
        await _finish(shop)
        await server.close_all_connections()
        if front:
            front.close()
        await _end(watchers)


class Server(HTTPServer):
    """Tornado's, with streams of ours; see `storefront.client_stream`."""

    head_s: float
    headers: Mapping[str, str]

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        is_of_front = isinstance(stream, TransportStream)
        super().handle_stream(stream if is_of_front else ClientStream(stream, self.head_s, self.headers), address)


def make_server(shop: "Shop", patience: Patience) -> Server:
    server = Server(
        Storefront(shop),
        max_header_size=HEADER_LIMIT,
        max_body_size=READ_LIMIT,
        max_buffer_size=READ_LIMIT,
        idle_connection_timeout=FAR_S if shop.settings.public_front else patience.idle_s,  # the front knows better
        body_timeout=patience.body_s,
    )
    server.head_s = patience.head_s
    server.headers = {"Cache-Control": "no-store", **security_headers(shop.settings.is_https)}
    return server


async def drain(shop: "Shop") -> None:
    """Ask for no more requests and go on answering, until every balancer has seen it."""
    shop.readiness.draining = True
    logger.info("draining for %d s", shop.settings.drain_s)
    await asyncio.sleep(shop.settings.drain_s)


def _bind(port: int, addresses: Sequence[str]) -> tuple[int, list[socket.socket]]:
    """Bind every address to the same port, which is returned; a machine without IPv6 goes without ::1."""
    sockets: list[socket.socket] = []
    for address in addresses:
        try:
            sockets += bind_sockets(port, address, backlog=BACKLOG)
        except OSError as error:
            if ":" in address:
                logger.info("not listening at %s: %s", address, error.strerror)
                continue
            raise
        port = port or int(sockets[0].getsockname()[1])
    return port, sockets


async def _finish(shop: "Shop") -> None:
    """Wait for the requests that are being answered."""
    deadline = asyncio.get_running_loop().time() + FINISH_S
    while len(shop.readiness.running) and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 (a WeakSet)
        await asyncio.sleep(LOOK_S)


def _show_dependencies(shop: "Shop") -> None:
    for name, circuits in shop.readiness.dependencies.items():
        shop.metrics.watch_dependency(name, circuits)


async def _end(watchers: Collection[asyncio.Task[None]]) -> None:
    """Cancel them until they are gone: a library may take a cancellation for a time-out of its own, and go on."""
    while watchers:
        for watcher in watchers:
            watcher.cancel()
        _, watchers = await asyncio.wait(watchers, timeout=LOOK_S)


def _show_pools(shop: "Shop") -> None:
    metrics, readers = shop.metrics, shop.database.readers
    metrics.watch_pool("writer", shop.database.writer_pool)
    for reader in readers.all:
        metrics.watch_pool(reader.name, reader.pool)
        metrics.watch_reader(reader)
    if readers.all:
        metrics.watch_pool("reads-at-writer", readers.at_writer)
