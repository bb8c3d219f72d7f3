"""Two storefronts behind the balancer: drained, stopped, killed and started while shoppers shop."""

import asyncio
import http.client
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.local import instances
from deploy.local.backing import BackingServices
from deploy.local.faults import UsageFault
from deploy.local.fleet import Fleet
from deploy.local.instances import Instances
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.rotation import Rotation
from deploy.local.supervisor import Supervisor
from shared.db import Database
from tests.fleets import RunningFleet, open_fleet
from tests.integration.test_supervisor import LIVES
from tests.integration.toy_stack import script_part
from tests.waiting import PATIENCE_S, until
from tests.web.browser import Browser

PAUSE_S = 0.1
SHOPPERS = 5  # with the pause, about 50 requests a second


@pytest_asyncio.fixture(scope="module")
async def opened(
    backing: BackingServices, schema: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningFleet]:
    async with open_fleet(backing, tmp_path_factory.mktemp("fleet"), 2, DRAIN_S="1") as fleet:
        yield fleet


@pytest_asyncio.fixture
async def fleet(opened: RunningFleet, database: Database) -> RunningFleet:
    """Both are in rotation."""
    for name in opened.storefronts:
        await opened.instances.start(name)
    return opened


@dataclass
class Shoppers:
    """Each keeps a connection open, as browsers do, and looks at its cart again and again.

    Attributes:
        statuses: of all answers so far; 0 for a connection that broke.
    """

    port: int
    statuses: list[int] = field(default_factory=list)
    are_there: bool = True

    async def have_asked_a_lot(self) -> bool:
        return len(self.statuses) >= SHOPPERS * 10

    async def shop(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)) as connection:
            while self.are_there:
                self.statuses.append(await asyncio.to_thread(_look, connection))
                await asyncio.sleep(PAUSE_S)


def _look(connection: http.client.HTTPConnection) -> int:
    try:
        connection.request("GET", "/api/v1/cart")
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0
    return answer.status


@asynccontextmanager
async def shopping(fleet: RunningFleet) -> AsyncIterator[Shoppers]:
    shoppers = Shoppers(fleet.ports.storefront)
    async with asyncio.TaskGroup() as group:
        for _ in range(SHOPPERS):
            group.create_task(shoppers.shop())
        try:
            yield shoppers
        finally:
            shoppers.are_there = False


async def who_answers(fleet: RunningFleet, requests: int = 6) -> set[str]:
    browser = Browser(fleet.url)
    return {fleet.storefront_of(await browser.get("/livez")) for _ in range(requests)}


async def test_every_instance_answers(fleet: RunningFleet) -> None:
    assert await who_answers(fleet) == {"storefront-1", "storefront-2"}


async def test_a_rolling_restart_fails_no_request(fleet: RunningFleet) -> None:
    async def all_answer() -> bool:
        return await who_answers(fleet) == set(fleet.storefronts)

    async with shopping(fleet) as shoppers:
        for name in fleet.storefronts:
            await fleet.instances.stop(name)
            assert name not in await who_answers(fleet)
            await fleet.instances.start(name)
            await until(all_answer)
        await until(shoppers.have_asked_a_lot)

    assert set(shoppers.statuses) == {200}


async def test_a_drained_instance_goes_on_running_without_requests(fleet: RunningFleet) -> None:
    told = await fleet.instances.obey({"action": "drain", "instance": 2})

    assert told == "storefront-2 gets no new requests"
    assert await who_answers(fleet) == {"storefront-1"}
    assert fleet.state("storefront-2") == "ready"


async def test_a_request_that_runs_when_its_instance_is_stopped_is_answered(fleet: RunningFleet) -> None:
    async def busy() -> str:
        return "".join([name for name in fleet.storefronts if await fleet.rotation.requests_at(name)])

    async def is_out() -> bool:
        return name not in await who_answers(fleet)

    reader, writer = await asyncio.open_connection("127.0.0.1", fleet.ports.storefront)
    writer.write(b"POST /api/v1/cart/items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
    writer.write(b"Content-Length: 2\r\n\r\n{")
    name = await until(busy)

    stopping = asyncio.create_task(fleet.instances.stop(name))
    await until(is_out)
    others = await who_answers(fleet)
    state_meanwhile = fleet.state(name)
    writer.write(b"}")
    status_line = await asyncio.wait_for(reader.readline(), PATIENCE_S)
    writer.close()

    assert await stopping == f"{name} is stopped"
    assert (others, state_meanwhile) == (set(fleet.storefronts) - {name}, "ready")
    assert status_line.startswith(b"HTTP/1.1 422")
    assert fleet.state(name) == "stopped"


async def test_a_killed_instance_costs_only_requests_that_were_sent_to_it(fleet: RunningFleet) -> None:
    async def is_out() -> bool:
        return "storefront-2" not in await who_answers(fleet)

    async def is_back() -> bool:
        return await who_answers(fleet) == {"storefront-1", "storefront-2"}

    async with shopping(fleet) as shoppers:
        await fleet.instances.kill("storefront-2")
        await until(is_out)
        await until(is_back)

    assert set(shoppers.statuses) <= {200, 502, 503, 504}
    assert fleet.state("storefront-2") == "ready"


async def test_orders_to_one_instance_are_carried_out_one_after_the_other(fleet: RunningFleet) -> None:
    told = await asyncio.gather(
        *(fleet.instances.obey({"action": a, "instance": 1}) for a in ("stop", "stop", "start"))
    )

    assert told == ["storefront-1 is stopped", "storefront-1 is stopped", "storefront-1 is in rotation"]
    assert "storefront-1" in await who_answers(fleet)


async def test_with_all_instances_stopped_the_balancer_says_503_until_one_is_started(fleet: RunningFleet) -> None:
    told = await asyncio.gather(*map(fleet.instances.stop, fleet.storefronts))
    nobody = await Browser(fleet.url).get("/")
    await fleet.instances.start("storefront-2")

    assert any(text.endswith("No instance is left: the balancer answers 503") for text in told)
    assert nobody.status == 503
    assert await who_answers(fleet) == {"storefront-2"}
    with pytest.raises(UsageFault, match=r"storefront-1 is stopped\. Start it: \./shop instance start 1"):
        await fleet.instances.kill("storefront-1")


async def test_a_request_that_never_ends_does_not_hold_up_the_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Busy(Rotation):
        async def take_out(self, storefront: str) -> None:
            self.out.add(storefront)

        async def requests_at(self, storefront: str) -> int:
            return 2

    monkeypatch.setattr(instances, "LONGEST_REQUEST_S", 0.1)
    place = Place(tmp_path)
    place.make()
    fleet = Fleet(place, Ports(), 2)
    fleet.rotation = Busy(tmp_path)

    async with Supervisor([script_part("storefront-1", LIVES)], place) as supervisor:
        told = await Instances(fleet, supervisor).stop("storefront-1")

    assert told == "storefront-1 is stopped; requests that still ran after 0.1 s: 2"


@pytest.mark.parametrize("path", ["/metrics", "/worker"])
async def test_what_is_for_this_machine_only_is_not_found_through_the_balancer(fleet: RunningFleet, path: str) -> None:
    answer = await Browser(fleet.url).get(path)

    assert answer.status == 404
    assert fleet.storefront_of(answer) in fleet.storefronts


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"action": "kill", "instance": 99}, "there is no instance 99: this shop has 1 to 2"),
        ({"action": "kill"}, "there is no instance None: this shop has 1 to 2"),
        ({"action": "kill", "instance": [1]}, r"there is no instance \[1\]: this shop has 1 to 2"),
        ({"action": "jump", "instance": 1}, "an instance can be told to start, drain, stop, kill"),
        ({"action": {}, "instance": 1}, "an instance can be told to start, drain, stop, kill"),
    ],
)
async def test_an_order_that_names_nothing_is_refused(
    fleet: RunningFleet, request_: dict[str, object], told: str
) -> None:
    with pytest.raises(UsageFault, match=told):
        await fleet.instances.obey(request_)
