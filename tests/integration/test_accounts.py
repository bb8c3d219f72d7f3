"""Accounts: proven by link and password, forgotten passwords, and sessions whose truth is the database."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from shared.db import Database
from shared.domain.mailed_links import secret_of_link
from shared.errors import Gone, Invalid, NotFound
from shared.passwords import Passwords
from shared.queries.account_orders import orders_of_user
from shared.queries.users import link_by_id
from shared.redis_client import open_redis
from shared.services.account_links import AccountTools
from shared.services.accounts import change_password, forget_password, prove, register, reset_password
from shared.services.shopper_sessions import NO_MATCH, check_sign_in
from shared.settings import Settings
from storefront.sessions import Sessions, browser_words
from tests.factories import add_variant, count, place

EMAIL, PASSWORD = "jana@example.com", "correct horse"


@pytest.fixture
def tools(database: Database) -> AccountTools:
    return AccountTools(database=database, passwords=Passwords(), signing_secrets=("s" * 32,))


@pytest_asyncio.fixture
async def sessions(database: Database, settings: Settings) -> AsyncIterator[Sessions]:
    redis = open_redis(settings.redis_url)
    await redis.flushall()
    yield Sessions(database, redis, 600, 3600)
    await redis.aclose()


async def mailed(tools: AccountTools, done_key: str) -> str:
    """The secret that the mail of this job would hold."""
    async with tools.database.writer() as connection:
        link = await link_by_id(connection, int(done_key.partition(":")[2]))
    assert link is not None
    secret = secret_of_link(tools.signing_secrets, link.purpose, link.nonce, link.sha256)
    assert secret is not None
    return secret


async def a_user(tools: AccountTools, email: str = EMAIL) -> int:
    link = await mailed(tools, await register(tools, email, PASSWORD))
    return (await prove(tools, link, PASSWORD)).user_id


async def test_nobody_signs_in_before_the_address_is_proven(tools: AccountTools) -> None:
    link = await mailed(tools, await register(tools, EMAIL, PASSWORD))

    with pytest.raises(Invalid) as refused:
        await check_sign_in(tools, EMAIL, PASSWORD)

    assert refused.value.detail == NO_MATCH
    proven = await prove(tools, link, PASSWORD)
    assert (await check_sign_in(tools, " JANA@example.com", PASSWORD)).id == proven.user_id


async def test_a_link_alone_proves_nothing_for_whoever_does_not_know_the_password(tools: AccountTools) -> None:
    link = await mailed(tools, await register(tools, EMAIL, PASSWORD))

    with pytest.raises(Invalid):
        await prove(tools, link, "another password")

    assert await prove(tools, link, PASSWORD)


async def test_a_link_works_once(tools: AccountTools) -> None:
    link = await mailed(tools, await register(tools, EMAIL, PASSWORD))
    await prove(tools, link, PASSWORD)

    with pytest.raises(Gone):
        await prove(tools, link, PASSWORD)


async def test_a_link_expires(tools: AccountTools) -> None:
    link = await mailed(tools, await register(tools, EMAIL, PASSWORD))
    async with tools.database.writer() as connection:
        await connection.execute("UPDATE tokens SET expires_at = UTC_TIMESTAMP(6)")

    with pytest.raises(Gone):
        await prove(tools, link, PASSWORD)


async def test_a_link_is_good_for_its_own_purpose_only(tools: AccountTools) -> None:
    link = await mailed(tools, await register(tools, EMAIL, PASSWORD))

    with pytest.raises(Gone):
        await reset_password(tools, link, "another password")


async def test_registering_a_known_address_changes_nothing_and_writes_to_its_owner(tools: AccountTools) -> None:
    await a_user(tools)

    done_key = await register(tools, EMAIL, "a password of somebody else")

    assert done_key.startswith("known:")
    assert await check_sign_in(tools, EMAIL, PASSWORD)
    with pytest.raises(Invalid):
        await check_sign_in(tools, EMAIL, "a password of somebody else")


async def test_a_forgotten_password_leaves_the_same_rows_for_known_and_unknown_addresses(tools: AccountTools) -> None:
    await a_user(tools)
    before = await count(tools.database, "tokens"), await count(tools.database, "jobs")

    await forget_password(tools, EMAIL)
    await forget_password(tools, "nobody@example.com")

    assert (await count(tools.database, "tokens"), await count(tools.database, "jobs")) == (
        before[0] + 2,
        before[1] + 2,
    )


async def test_a_new_password_ends_every_session(tools: AccountTools, sessions: Sessions) -> None:
    user_id = await a_user(tools)
    session = await sessions.open(user_id, "")
    assert await sessions.who(session)

    link = await mailed(tools, await forget_password(tools, EMAIL))
    proven = await reset_password(tools, link, "another password")
    await sessions.forget(proven.ended_keys)

    assert await sessions.who(session) is None
    assert await check_sign_in(tools, EMAIL, "another password")


async def test_changing_the_password_asks_for_the_old_one(tools: AccountTools) -> None:
    user_id = await a_user(tools)

    with pytest.raises(Invalid) as refused:
        await change_password(tools, user_id, "wrong", "another password")

    assert [fault.field for fault in refused.value.errors] == ["current"]
    await change_password(tools, user_id, PASSWORD, "another password")
    assert await check_sign_in(tools, EMAIL, "another password")


async def test_guest_orders_are_attached_once_the_address_is_proven(tools: AccountTools) -> None:
    await add_variant(tools.database, "WC14-NAV-M")
    number = (await place(tools.database, {"WC14-NAV-M": 1}, email="Jana@Example.com")).order.number
    link = await mailed(tools, await register(tools, EMAIL, PASSWORD))

    user_id = (await prove(tools, link, PASSWORD)).user_id

    async with tools.database.writer() as connection:
        assert [order.number for order in await orders_of_user(connection, user_id)] == [number]


async def test_a_session_is_served_from_its_copy_and_outlives_the_loss_of_it(
    tools: AccountTools, sessions: Sessions
) -> None:
    session = await sessions.open(await a_user(tools), "")
    first = await sessions.who(session)

    (key,) = await sessions._redis.keys("session:*")
    await sessions._redis.set(key, json.dumps({"user_id": 7, "email": "copy@example.com", "left_s": 9}))
    copied = await sessions.who(session)
    await sessions._redis.flushall()

    assert copied is not None
    assert copied.email == "copy@example.com"
    assert await sessions.who(session) == first


async def test_nobody_is_signed_out_while_redis_is_away(tools: AccountTools, database: Database) -> None:
    nowhere: Redis = open_redis("redis://127.0.0.1:1/0")
    sessions = Sessions(database, nowhere, 600, 3600)

    session = await sessions.open(await a_user(tools), "")

    assert await sessions.who(session)
    await sessions.end(session)
    assert await sessions.who(session) is None
    await nowhere.aclose()


async def test_a_reader_that_asked_before_the_sign_out_cannot_bring_a_session_back(
    tools: AccountTools, sessions: Sessions
) -> None:
    session = await sessions.open(await a_user(tools), "")
    held = await sessions.who(session)
    assert held is not None
    await sessions.end(session)

    (name,) = await sessions._redis.keys("session:*")
    await sessions._keep(str(name).removeprefix("session:"), held)

    assert await sessions.who(session) is None


@pytest.mark.parametrize("column", ["expires_at = UTC_TIMESTAMP(6)", "seen_at = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR"])
async def test_a_session_ends_by_age_and_by_idleness(tools: AccountTools, sessions: Sessions, column: str) -> None:
    session = await sessions.open(await a_user(tools), "")

    async with tools.database.writer() as connection:
        await connection.execute(f"UPDATE sessions SET {column}")  # noqa: S608

    assert await sessions.who(session) is None


@pytest.mark.parametrize("junk", ["", "x", "a" * 43, "ä" * 43, "x" * 8000])
async def test_junk_is_no_session(tools: AccountTools, sessions: Sessions, junk: str) -> None:
    assert await sessions.who(junk) is None


async def test_somebody_elses_session_cannot_be_ended(tools: AccountTools, sessions: Sessions) -> None:
    session = await sessions.open(await a_user(tools), "")
    async with tools.database.writer() as connection:
        row = await connection.row("SELECT id FROM sessions")
    assert row is not None

    eve = await a_user(tools, "eve@example.com")
    with pytest.raises(NotFound):
        await sessions.end_one(eve, row["id"])

    assert await sessions.who(session)


def test_a_browser_is_told_in_words_of_our_own() -> None:
    assert browser_words("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0") == "Firefox on Linux"
    assert browser_words("<script>") == "A browser"
