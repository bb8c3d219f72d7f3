"""`run --instances 2` as a process of its own: its start, orders from another terminal, its end."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local import noticeboard
from deploy.local.place import Place
from deploy.local.probes import status_of
from tests.integration.door import free_base, left_running, start
from tests.integration.test_running_stack import wait_until

PATIENCE_S = 60


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / ".local")


@pytest.fixture
def port() -> int:
    return free_base().storefront


@contextmanager
def open_shop(place: Place, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A shop with two instances, and what its start told."""
    with start(place, "run", "--port", str(port), "--instances", "2") as shop:
        try:
            yield shop, _told_until_open(shop)
        finally:
            shop.kill()


def _told_until_open(shop: subprocess.Popen[str]) -> str:
    lines = []
    for line in shop.stdout or ():
        lines.append(line)
        if "Ctrl-C, or" in line:
            break
    return "".join(lines)


def order(place: Place, *words: str) -> tuple[int, str]:
    """An order from another terminal: its exit code and what it told."""
    with start(place, "instance", *words) as ordering:
        told, _ = ordering.communicate(timeout=PATIENCE_S)
    return ordering.returncode, told


def states(place: Place) -> dict[str, str]:
    return {row["name"]: row["state"] for row in noticeboard.read(place).parts}


def test_the_shop_opens_last_takes_orders_and_leaves_nothing_when_it_is_killed(place: Place, port: int) -> None:
    with open_shop(place, port) as (shop, told):
        named = [line.split("|", 1)[1].split()[0] for line in told.splitlines() if " ready after " in line]
        is_open = status_of(port, "/")
        orders = [order(place, *words) for words in (("stop", "2"), ("kill", "2"), ("kill", "99"))]
        meanwhile = states(place)
        before = len(left_running(place))
        shop.kill()
        wait_until(lambda: not left_running(place))

    assert (named[-1], is_open) == ("haproxy", 200)
    assert f"http://localhost:{port + 404}   storefronts at {port + 1} to {port + 2}\n" in told
    assert orders == [
        (0, "storefront-2 is stopped\n"),
        (2, "shop: storefront-2 is stopped. Start it: ./shop instance start 2\n"),
        (2, "shop: there is no instance 99: this shop has 1 to 2\n"),
    ]
    assert {name: state for name, state in meanwhile.items() if state != "ready"} == {"storefront-2": "stopped"}
    assert before > len(meanwhile)
