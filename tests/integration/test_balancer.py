"""HAProxy as an ALB's stand-in, before targets that tell what reached them."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.local import servers
from deploy.local.balancer import Balancer
from deploy.local.faults import StackFault
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.rotation import Rotation
from deploy.local.sockets import near
from deploy.local.supervisor import Supervisor
from tests.toy_target import Target, open_target
from tests.waiting import until
from tests.web.browser import Browser

STICKY = "sticky"


@dataclass(frozen=True)
class Balanced:
    """A balancer and its targets, by name."""

    ports: Ports
    targets: dict[str, Target]
    rotation: Rotation
    supervisor: Supervisor
    socket: Path

    @property
    def browser(self) -> Browser:
        return Browser(f"http://127.0.0.1:{self.ports.storefront}")

    async def stop_looking(self, name: str) -> None:
        """Let the balancer take this target for ready, whatever becomes of it."""
        reader, writer = await asyncio.open_unix_connection(near(self.socket))
        writer.write(f"disable health storefronts/{name}\n".encode())
        assert await reader.read() == b"\n"
        writer.close()

    async def spread(self, requests: int, browser: Browser | None = None) -> Counter[str]:
        """Who answers so many requests, one after the other; without a browser each is a stranger's."""
        return Counter([(await (browser or self.browser).get("/")).text for _ in range(requests)])


@pytest_asyncio.fixture
async def balanced(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Balanced]:
    place, ports = Place(tmp_path), Ports.free()
    place.make()
    async with AsyncExitStack() as stack:
        targets = {name: await stack.enter_async_context(open_target(name)) for name in ("left", "right")}
        behind = {name: target.port for name, target in targets.items()}
        haproxy = Balancer(place, ports, behind, is_sticky=getattr(request, "param", "") == STICKY)
        parts = [replace(haproxy.part(os.environ), needs=())]
        supervisor = await stack.enter_async_context(Supervisor(parts, place))
        yield Balanced(ports, targets, haproxy.rotation, supervisor, place.run / "haproxy.sock")


async def test_requests_go_to_all_in_turn(balanced: Balanced) -> None:
    assert await balanced.spread(10) == {"left": 5, "right": 5}


async def test_a_target_sees_who_asks_and_how_as_behind_an_alb(balanced: Balanced) -> None:
    await balanced.browser.get("/", {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"})

    headers = next(target.seen[0] for target in balanced.targets.values() if target.seen)
    assert headers["x-forwarded-for"] == ["203.0.113.9", "127.0.0.1"]
    assert headers["x-forwarded-proto"] == ["http"]
    assert headers["x-forwarded-port"] == [str(balanced.ports.storefront)]


async def test_a_request_that_is_lost_is_sent_to_nobody_else(balanced: Balanced) -> None:
    lost = await balanced.browser.submit("/cart/items", {"sku": "X"})

    assert lost.status == 502
    assert sum(target.posts for target in balanced.targets.values()) == 1


async def test_a_request_to_a_target_that_is_gone_is_refused_and_not_another_ones(balanced: Balanced) -> None:
    await balanced.stop_looking("left")
    balanced.targets["left"].hang_up()

    statuses = [(await balanced.browser.get("/")).status for _ in range(4)]

    assert sorted(statuses) == [200, 200, 503, 503]


async def test_a_target_that_is_not_ready_gets_nothing_until_it_is(balanced: Balanced) -> None:
    async def only_right() -> bool:
        return await balanced.spread(4) == {"right": 4}

    async def both() -> bool:
        return await balanced.spread(4) == {"left": 2, "right": 2}

    balanced.targets["left"].is_ready = False
    await until(only_right)

    balanced.targets["left"].is_ready = True
    await until(both)


async def test_out_of_rotation_means_no_request_until_it_is_put_back(balanced: Balanced) -> None:
    await balanced.rotation.take_out("left")
    assert await balanced.spread(6) == {"right": 6}

    await balanced.rotation.put_back("left")
    assert await balanced.spread(6) == {"left": 3, "right": 3}


async def test_a_balancer_that_was_killed_still_leaves_out_who_was_out(balanced: Balanced) -> None:
    await balanced.rotation.take_out("left")

    balanced.supervisor.kill_part("haproxy")
    await balanced.supervisor.until_ready("haproxy")

    assert await balanced.spread(6) == {"right": 6}


async def test_an_order_to_a_balancer_that_just_died_is_carried_out_by_the_next_one(balanced: Balanced) -> None:
    balanced.supervisor.kill_part("haproxy")

    await balanced.rotation.take_out("left")
    await balanced.supervisor.until_ready("haproxy")

    assert await balanced.spread(6) == {"right": 6}


async def test_an_order_that_the_balancer_does_not_take_is_a_fault(
    balanced: Balanced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.local.rotation.PATIENCE_S", 0.2)

    with pytest.raises(StackFault, match="the balancer does not answer"):
        await balanced.rotation.put_back("nobody")


async def test_without_a_cookie_a_shopper_is_sent_to_everybody(balanced: Balanced) -> None:
    shopper = balanced.browser

    assert await balanced.spread(6, shopper) == {"left": 3, "right": 3}
    assert shopper.cookies == {}


@pytest.mark.parametrize("balanced", [STICKY], indirect=True)
async def test_a_cookie_keeps_a_shopper_at_one_target(balanced: Balanced) -> None:
    shopper = balanced.browser
    first = (await shopper.get("/")).text

    assert await balanced.spread(6, shopper) == {first: 6}
    assert list(shopper.cookies) == ["AWSALB"]


@pytest.mark.parametrize("balanced", [STICKY], indirect=True)
async def test_a_cookie_does_not_lead_to_who_is_out_of_rotation(balanced: Balanced) -> None:
    shopper = balanced.browser
    first = (await shopper.get("/")).text
    other = "right" if first == "left" else "left"
    old = shopper.cookies["AWSALB"]

    await balanced.rotation.take_out(first)

    assert await balanced.spread(6, shopper) == {other: 6}
    assert shopper.cookies["AWSALB"] != old


async def test_the_statistics_page_names_every_target(balanced: Balanced) -> None:
    page = await Browser(f"http://127.0.0.1:{balanced.ports.statistics}").get("/")

    assert page.status == 200
    assert all(name in page.text for name in balanced.targets)


def test_a_machine_without_haproxy_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    haproxy = Balancer(Place(tmp_path), Ports(), {}, is_sticky=False)
    monkeypatch.setattr(servers, "FOLDERS", (tmp_path,))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(StackFault, match=r"HAProxy is not installed; \./shop run --instances N fetches it"):
        haproxy.part(os.environ)
