"""The nginx.conf of both bundles in a real nginx, before a target that tells what reached it."""

import asyncio
import http.client
import os
import subprocess
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.local import servers
from deploy.local.cloud.nginx import SHIPPED, Nginx, upstream_ports
from deploy.local.faults import StackFault
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.supervisor import Supervisor
from deploy.release.bundle import TIERS
from tests.deploy.templates import DEPLOY
from tests.toy_target import Target, open_target
from tests.waiting import free_port

ELSEWHERE = "127.0.0.2"  # an address of this machine that is not the one from which its own daemon comes
MEGABYTE = 1024 * 1024
ANSWER_S = 30


@dataclass(frozen=True)
class Proxied:
    door: int
    target: Target

    async def status(
        self, method: str, path: str, headers: Mapping[str, str], source: str = "127.0.0.1", body: bytes = b""
    ) -> int:
        return (await self.ask(method, path, headers, source, body))[0]

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], source: str = "127.0.0.1", body: bytes = b""
    ) -> tuple[int, str]:
        """Status and Location of what is answered to a request from this address."""
        return await asyncio.to_thread(self._ask, method, path, headers, source, body)

    def _ask(self, method: str, path: str, headers: Mapping[str, str], source: str, body: bytes) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.door, ANSWER_S, source_address=(source, 0))
        try:
            connection.request(method, path, body or None, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location", "")
        finally:
            connection.close()


def nginx_of(tier: str, folder: Path, door: int, moved: Mapping[int, int]) -> Nginx:
    nginx = Nginx(name="nginx", folder=folder, door=door, moved=moved)
    nginx.configure(DEPLOY / f"beanstalk-{tier}")
    return nginx


@pytest_asyncio.fixture
async def proxied(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Proxied]:
    """nginx of a tier; of its processes, the first is the target, and nobody listens where the others would."""
    place, ports = Place(tmp_path), Ports.free()
    place.make()
    first, *others = upstream_ports(DEPLOY / f"beanstalk-{request.param}")
    moved = {port: ports.first_process + number for number, port in enumerate(others)}
    async with open_target("target") as target:
        nginx = nginx_of(request.param, tmp_path / "nginx", ports.storefront, {first: target.port, **moved})
        async with Supervisor([nginx.part(os.environ, needs=())], place):
            yield Proxied(nginx.door, target)


of_web = pytest.mark.parametrize("proxied", ["web"], indirect=True)
of_worker = pytest.mark.parametrize("proxied", ["worker"], indirect=True)


@pytest.mark.parametrize("tier", TIERS)
def test_nginx_takes_the_file_of_each_tier(tier: str, tmp_path: Path) -> None:
    nginx = nginx_of(tier, tmp_path, free_port(), {})

    environ = servers.with_private_libraries(os.environ)
    done = subprocess.run(
        nginx.command("-t"), env=environ, capture_output=True, text=True, check=False, timeout=ANSWER_S
    )

    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


@of_web
async def test_a_storefront_sees_who_asks_and_a_dead_process_is_passed_by(proxied: Proxied) -> None:
    headers = {"Host": "www.example.com", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}

    statuses = [await proxied.status("GET", "/", headers) for _ in range(6)]

    assert statuses == [200] * 6
    seen = [(found["host"], found["x-forwarded-for"]) for found in proxied.target.seen]
    assert seen == [(["www.example.com"], ["203.0.113.9, 127.0.0.1"])] * 6


@of_web
async def test_who_came_without_https_is_sent_to_it(proxied: Proxied) -> None:
    headers = {"Host": "www.example.com", "X-Forwarded-Proto": "http"}

    assert await proxied.ask("GET", "/shop?q=coat", headers) == (301, "https://www.example.com/shop?q=coat")
    assert proxied.target.seen == []


@of_web
async def test_the_workers_door_is_none_of_a_storefronts(proxied: Proxied) -> None:
    assert await proxied.status("POST", "/worker", {}) == 404
    assert proxied.target.posts == 0


@of_web
async def test_a_storefront_takes_no_body_over_sixteen_megabytes(proxied: Proxied) -> None:
    assert await proxied.status("POST", "/media", {"Content-Length": str(16 * MEGABYTE + 1)}) == 413
    assert proxied.target.posts == 0


@of_worker
async def test_only_this_machine_may_knock_at_the_workers_door(proxied: Proxied) -> None:
    assert await proxied.status("POST", "/worker", {}, source=ELSEWHERE) == 403
    assert proxied.target.posts == 0

    await proxied.status("POST", "/worker", {})
    assert proxied.target.posts == 1


@of_worker
async def test_a_worker_takes_the_longest_message_of_the_queue_and_no_longer_one(proxied: Proxied) -> None:
    assert await proxied.status("POST", "/worker", {"Content-Length": str(MEGABYTE + 1)}) == 413
    assert proxied.target.posts == 0

    await proxied.status("POST", "/worker", {}, body=MEGABYTE * b"x")
    assert proxied.target.posts == 1


def test_a_file_that_says_something_else_is_not_fitted_silently(tmp_path: Path) -> None:
    shipped = tmp_path / SHIPPED / "nginx.conf"
    shipped.parent.mkdir(parents=True)
    text = (DEPLOY / "beanstalk-web" / SHIPPED / "nginx.conf").read_text("utf-8")
    shipped.write_text(text.replace("listen 80 ", "listen 8080 "), "utf-8")

    with pytest.raises(StackFault, match=r"nginx.conf of the bundle does not say 'listen 80 '"):
        Nginx(name="nginx", folder=tmp_path / "nginx", door=1).configure(tmp_path)


def test_a_machine_without_nginx_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "FOLDERS", (tmp_path,))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(StackFault, match=r"nginx is not installed; \./shop run --like-aws fetches it"):
        Nginx(name="nginx", folder=tmp_path, door=1).part({}, needs=())
