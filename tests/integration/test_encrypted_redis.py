"""Redis over TLS, verified, and with a password that changes. A real Valkey behind a front that speaks TLS."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from redis.exceptions import AuthenticationError, RedisError
from redis.exceptions import ConnectionError as ConnectionLost

from shared.redis_client import WatchedRedis, open_redis
from shared.server_address import read_passwords
from shared.settings import Settings
from tests.certificates import Authority
from tests.secret_store import StoredSecret, lead_to_stand_in
from tests.tls_front import tls_front
from tests.valkeys import Valkey, running_valkey


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


@pytest_asyncio.fixture
async def valkey() -> AsyncIterator[Valkey]:
    async with running_valkey() as running:
        yield running


@pytest_asyncio.fixture
async def front(valkey: Valkey, authority: Authority) -> AsyncIterator[int]:
    """Its certificate is that of 127.0.0.1, and not of localhost."""
    async with tls_front(valkey.port, authority.sign("127.0.0.1")) as port:
        yield port


@pytest_asyncio.fixture
async def clients() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


def client_of(url: str, clients: AsyncExitStack) -> WatchedRedis:
    client = open_redis(url)
    clients.push_async_callback(client.aclose)
    return client


@pytest.fixture
def secret(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoredSecret]:
    lead_to_stand_in(settings, monkeypatch)
    made = StoredSecret(settings, f"cache-{uuid4().hex}", "first")
    yield made
    made.delete()


async def test_what_the_shop_says_to_redis_is_encrypted(
    front: int, authority: Authority, clients: AsyncExitStack
) -> None:
    redis = client_of(f"rediss://127.0.0.1:{front}/0?ca={authority.file}", clients)

    assert await redis.set("key", "value")
    assert await redis.get("key") == "value"


async def test_a_certificate_of_another_authority_is_refused(
    front: int, tmp_path: Path, clients: AsyncExitStack
) -> None:
    another = Authority(tmp_path, "another")

    for url in (f"rediss://127.0.0.1:{front}/0", f"rediss://127.0.0.1:{front}/0?ca={another.file}"):
        with pytest.raises(ConnectionLost, match="certificate verify failed"):
            await client_of(url, clients).ping()


async def test_a_certificate_of_another_name_is_refused(
    front: int, authority: Authority, clients: AsyncExitStack
) -> None:
    redis = client_of(f"rediss://localhost:{front}/0?ca={authority.file}", clients)

    with pytest.raises(ConnectionLost, match="certificate is not valid for 'localhost'"):
        await redis.ping()


async def test_a_server_without_encryption_is_refused(
    valkey: Valkey, authority: Authority, clients: AsyncExitStack
) -> None:
    redis = client_of(f"rediss://127.0.0.1:{valkey.port}/0?ca={authority.file}", clients)

    with pytest.raises(RedisError):
        await redis.ping()


async def test_the_password_may_change_while_redis_is_used(
    valkey: Valkey, front: int, authority: Authority, secret: StoredSecret, clients: AsyncExitStack
) -> None:
    office = client_of(valkey.url, clients)
    await office.config_set("requirepass", "first")
    url = f"rediss://127.0.0.1:{front}/0?ca={authority.file}&secret={secret.arn}"
    await read_passwords([url])
    redis = client_of(url, clients)
    assert await redis.ping()

    await office.config_set("requirepass", "second")
    secret.put("second")
    await redis.connection_pool.disconnect()

    assert await redis.ping()
    async with redis.pipeline() as pipe:
        pipe.set("key", "value")
        pipe.get("key")
        assert await pipe.execute() == [True, "value"]


async def test_a_password_that_stays_wrong_is_refused(
    valkey: Valkey, secret: StoredSecret, clients: AsyncExitStack
) -> None:
    await client_of(valkey.url, clients).config_set("requirepass", "another")

    urls = f"{valkey.url}?secret={secret.arn}", valkey.url.replace("//", "//:wrong@")
    await read_passwords(urls)

    for url in urls:
        with pytest.raises(AuthenticationError):
            await client_of(url, clients).ping()


async def test_a_secret_that_is_gone_is_told_so(valkey: Valkey, secret: StoredSecret, clients: AsyncExitStack) -> None:
    secret.delete()
    url = f"{valkey.url}?secret={secret.arn}"
    await read_passwords([url])

    with pytest.raises(ConnectionLost, match="Secrets Manager"):
        await client_of(url, clients).ping()


async def test_user_and_password_may_stand_in_the_address(valkey: Valkey, clients: AsyncExitStack) -> None:
    office = client_of(valkey.url, clients)
    await office.acl_setuser("ann", enabled=True, passwords=["+p@ss"], commands=["+@all"], keys=["*"])

    redis = client_of(valkey.url.replace("//", "//ann:p%40ss@"), clients)

    assert await redis.acl_whoami() == "ann"
