"""`run` with several storefronts as a process of its own: its start, orders from another terminal, its end."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local import noticeboard
from deploy.local.place import Place
from deploy.local.ports import fault_at
from deploy.local.probes import status_of
from tests.integration.door import free_base, left_running, start
from tests.waiting import PATIENCE_S, wait_until

ORDERS = (
    *("instance stop 2", "instance kill 2", "instance kill 99"),
    *("reader lag 1 3", "reader kill 2", "reader kill 1"),
    "instance start 2",  # which needs the readers to be ready, but for those that are down by order
)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / ".local")


@pytest.fixture
def port() -> int:
    return free_base().storefront


@contextmanager
def open_shop(place: Place, port: int, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A shop with these options, and what its start told."""
    with start(place, "run", "--port", str(port), *options) as shop:
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
    with start(place, *words) as ordering:
        told, _ = ordering.communicate(timeout=PATIENCE_S)
    return ordering.returncode, told


def states(place: Place) -> dict[str, str]:
    return {row["name"]: row["state"] for row in noticeboard.read(place).parts}


def readers_told(place: Place) -> dict[str, str]:
    """By the names of the shop's own parts: where each was told the readers are."""
    pids = {row["name"]: row["pid"] for row in noticeboard.read(place).parts}
    shops = [name for name in pids if name.startswith(("storefront", "worker"))]
    environments = {name: Path(f"/proc/{pids[name]}/environ").read_text(encoding="utf-8") for name in shops}
    return {
        name: next((line for line in text.split("\0") if line.startswith("DATABASE_READER_URL=")), "")
        for name, text in environments.items()
    }


def test_the_shop_opens_last_takes_orders_and_leaves_nothing_when_it_is_killed(place: Place, port: int) -> None:
    with open_shop(place, port, "--instances", "2", "--readers", "1") as (shop, told):
        named = [line.split("|", 1)[1].split()[0] for line in told.splitlines() if " ready after " in line]
        is_open = status_of(port, "/")
        addresses = readers_told(place)
        orders = [order(place, *words.split()) for words in ORDERS]
        meanwhile = states(place)
        before = len(left_running(place))
        shop.kill()
        wait_until(lambda: not left_running(place))

    assert (named[-1], is_open) == ("haproxy", 200)
    assert f"http://localhost:{port + 404}   storefronts at {port + 1} to {port + 2}\n" in told
    assert f"mariadb-reader-1 at {port + 5311}\n" in told
    reader = f"DATABASE_READER_URL=mysql://shop:shop@127.0.0.1:{port + 5311}/shop"
    assert addresses == dict.fromkeys(addresses, reader)
    assert len(addresses) == 7
    assert dict(zip(ORDERS, orders, strict=True)) == {
        "instance stop 2": (0, "storefront-2 is stopped\n"),
        "instance kill 2": (2, "shop: storefront-2 is stopped. Start it: ./shop instance start 2\n"),
        "instance kill 99": (2, "shop: there is no instance 99: this shop has 1 to 2\n"),
        "reader lag 1 3": (0, "mariadb-reader-1 follows the writer 3 s late\n"),
        "reader kill 2": (2, "shop: there is no reader 2: this shop has 1 to 1\n"),
        "reader kill 1": (0, "mariadb-reader-1 is killed and stays down\n"),
        "instance start 2": (0, "storefront-2 is in rotation\n"),
    }
    down = {"mariadb-reader-1": "stopped"}
    assert {name: state for name, state in meanwhile.items() if state != "ready"} == down
    assert before > len(meanwhile)


@pytest.mark.long
def test_a_shop_like_on_aws_takes_the_same_orders_and_leaves_nothing_when_it_is_killed(place: Place, port: int) -> None:
    with open_shop(place, port, "--like-aws") as (shop, told):
        orders = [order(place, "instance", action, "2") for action in ("stop", "start", "kill")]
        wait_until(lambda: set(states(place).values()) == {"ready"})
        parts = noticeboard.read(place).parts
        homes = {row["name"]: Path(f"/proc/{row['pid']}/cwd").readlink().parent for row in parts}
        shop.kill()
        wait_until(lambda: not left_running(place))
        wait_until(lambda: not any(fault_at(row["port"]) for row in parts if row["port"]))

    assert f"http://localhost:{port + 404}   storefronts at {port + 1} to {port + 3}\n" in told
    assert f"worker's nginx at {port + 180}\n" in told
    assert orders == [
        (0, "storefront-2 is stopped\n"),
        (0, "storefront-2 is in rotation\n"),
        (0, "storefront-2 is killed and started again\n"),
    ]
    machines = {name: home for name, home in homes.items() if home.parent == place.machines}
    assert machines == {
        **{f"storefront-{number}": place.machines / f"storefront-{number}" for number in (1, 2, 3)},
        **{f"worker-{process}": place.machines / "worker" for process in ("http", "orders", "documents", "media")},
    }
    assert {f"nginx-{who}" for who in (1, 2, 3, "worker")} | {"mariadb-reader-1", "haproxy"} <= homes.keys()
