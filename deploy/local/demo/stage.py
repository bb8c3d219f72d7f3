"""Where the demo plays: three storefronts behind HAProxy, and no more beside them than they need for carts."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from tornado.simple_httpclient import SimpleAsyncHTTPClient

from deploy.local.backing import backing_parts
from deploy.local.demo.browser import Browser
from deploy.local.demo.promises import Way
from deploy.local.faults import StackFault
from deploy.local.first_data import MIGRATE, first_data_parts
from deploy.local.fleet import Fleet
from deploy.local.part import Part
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.queues import empty_carts_table
from deploy.local.supervisor import Supervisor
from shared.redis_client import open_redis

INSTANCES = 3
PATIENCE_S, LOOK_S = 30, 0.05


@dataclass(frozen=True)
class Stage:
    """A running fleet, and what the demo does to it."""

    url: str
    storefronts: Supervisor
    http: SimpleAsyncHTTPClient
    empty_store: Callable[[], Awaitable[None]]

    def browser(self) -> Browser:
        return Browser(self.url, self.http)

    def name_of(self, instance: str) -> str:
        """The storefront behind an X-Instance header, which ends in its port."""
        names = {str(row["port"]): str(row["name"]) for row in self.storefronts.rows()}
        return names.get(instance.rpartition("-")[2], "nobody")

    def kill(self, storefront: str) -> None:
        self.storefronts.kill_part(storefront)

    async def all_answer(self) -> None:
        """Wait until the balancer leads to every storefront again.

        Raises:
            StackFault: it does not, for half a minute.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await self._each_answers_once():  # noqa: ASYNC110 (other processes set no event)
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise StackFault("not all storefronts came back within half a minute; try again") from None

    async def _each_answers_once(self) -> bool:
        answers = [await self.browser().call("GET", "/cart") for _ in range(INSTANCES)]
        return len({answer.instance for answer in answers if answer.status == 200}) == INSTANCES


@asynccontextmanager
async def open_stage(parts: Iterable[Part], place: Place, ports: Ports, way: Way) -> AsyncIterator[Stage]:
    """Start these parts, and end them at the end.

    Raises:
        StackFault: one does not get ready.
    """
    http = SimpleAsyncHTTPClient(force_instance=True)
    try:
        async with Supervisor(parts, place) as supervisor:
            stage = Stage(f"http://127.0.0.1:{ports.storefront}", supervisor, http, _emptying(way, ports))
            await stage.all_answer()
            yield stage
    finally:
        http.close()


def all_parts(place: Place, ports: Ports, environ: Mapping[str, str], way: Way) -> tuple[Part, ...]:
    """The fleet with a database and a catalogue, with Redis, and with the emulator if carts are in DynamoDB."""
    wanted = {"mariadb", "redis", MIGRATE, "seed"} | ({"sqs"} if way.store == "dynamodb" else set())
    parts = (*backing_parts(place, ports, environ), *first_data_parts(place, ports, environ))
    return (*(part for part in parts if part.name in wanted), *fleet_parts(place, ports, environ, way, wanted))


def fleet_parts(
    place: Place, ports: Ports, environ: Mapping[str, str], way: Way, before: Iterable[str] = ()
) -> tuple[Part, ...]:
    """The storefronts and their balancer alone; the parts named in `before` must be ready first."""
    variables = {**environ, "CART_STORE": "redis" if way.store == "process" else way.store, "DRAIN_S": "0"}
    fleet = Fleet(place, ports, INSTANCES, is_sticky=way.is_sticky)
    *storefronts, balancer = fleet.parts(variables)
    return (*(_storefront(part, way, tuple(before)) for part in storefronts), balancer)


def _storefront(part: Part, way: Way, before: tuple[str, ...]) -> Part:
    module = "deploy.local.demo.storefront" if way.store == "process" else "storefront"
    port = part.ports[0]
    return replace(part, command=(sys.executable, "-m", module, "--port", str(port)), needs=before, opens_after=())


def _emptying(way: Way, ports: Ports) -> Callable[[], Awaitable[None]]:
    async def empty_redis() -> None:
        redis = open_redis(f"redis://127.0.0.1:{ports.redis}/0")
        await redis.flushall()
        await redis.aclose()

    async def empty_table() -> None:
        await asyncio.to_thread(empty_carts_table, ports.sqs)

    return empty_table if way.store == "dynamodb" else empty_redis
