"""What happens to an account while its password is looked at, or while it is being deleted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from shared.db import Database
from shared.domain.load_runs import marked_cart_id
from shared.errors import Gone, Invalid, RunMixed
from shared.passwords import Passwords
from shared.queries.users import lock_user, set_password
from shared.services.account_deletion import delete_account
from shared.services.account_links import AccountTools
from shared.services.accounts import change_password, forget_password, reset_password
from shared.services.address_book import add_address
from shared.services.shopper_sessions import Owner, check_sign_in, open_session
from tests.factories import BERLIN, add_variant, count, place
from tests.integration.test_accounts import EMAIL, PASSWORD, a_user, mailed
from tests.waiting import until

OTHERS, OWNERS = "a password of somebody else", "another password"
LOCK_S = 4  # less than the server lets anybody wait for a lock


class SlowPasswords(Passwords):
    """Looking at a password takes so long that something else happens meanwhile, once."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def fits(self, password_hash: str | None, password: str) -> bool:
        found = await super().fits(password_hash, password)
        then, self.meanwhile = self.meanwhile, None
        if then:
            await then()
        return found


@pytest_asyncio.fixture
async def passwords() -> AsyncIterator[SlowPasswords]:
    made = SlowPasswords()
    yield made
    made.close()


@pytest.fixture
def tools(database: Database, passwords: SlowPasswords) -> AccountTools:
    return AccountTools(database=database, passwords=passwords, signing_secrets=("s" * 32,))


async def the_owner_resets(tools: AccountTools) -> None:
    await reset_password(tools, await mailed(tools, await forget_password(tools, EMAIL)), OWNERS)


async def test_a_reset_is_not_undone_by_whoever_knew_the_old_password_and_was_changing_it(
    tools: AccountTools, passwords: SlowPasswords
) -> None:
    user_id = await a_user(tools)
    passwords.meanwhile = lambda: the_owner_resets(tools)

    with pytest.raises(Invalid) as refused:
        await change_password(tools, user_id, PASSWORD, OTHERS)

    assert [fault.field for fault in refused.value.errors] == ["current"]
    assert await check_sign_in(tools, EMAIL, OWNERS)


async def test_nobody_deletes_an_account_by_a_password_that_was_replaced_meanwhile(
    tools: AccountTools, passwords: SlowPasswords
) -> None:
    user_id = await a_user(tools)
    passwords.meanwhile = lambda: the_owner_resets(tools)

    with pytest.raises(Invalid) as refused:
        await delete_account(tools, user_id, PASSWORD)

    assert [fault.field for fault in refused.value.errors] == ["password"]
    assert await check_sign_in(tools, EMAIL, OWNERS)


async def test_no_session_is_opened_by_a_password_that_was_replaced_meanwhile(
    tools: AccountTools, database: Database
) -> None:
    await a_user(tools)
    user = await check_sign_in(tools, EMAIL, PASSWORD)
    await the_owner_resets(tools)

    with pytest.raises(Invalid):
        await open_session(database, Owner(user.id, "", 3600, user.password_hash))

    assert await count(database, "sessions") == 0


async def test_a_session_waits_for_whoever_replaces_the_password_just_now(
    tools: AccountTools, database: Database
) -> None:
    await a_user(tools)
    user = await check_sign_in(tools, EMAIL, PASSWORD)

    async with database.transaction() as connection:
        await lock_user(connection, user.id)
        await set_password(connection, user.id, "another hash")
        opening = asyncio.create_task(open_session(database, Owner(user.id, "", 3600, user.password_hash)))
        await until(lambda: _is_running(database, "INSERT INTO sessions"))

    with pytest.raises(Invalid):
        await opening


async def _is_running(database: Database, statement: str) -> bool:
    async with database.writer() as connection:
        rows = await connection.rows(
            "SELECT 1 FROM information_schema.processlist WHERE info LIKE %s LIMIT 1", (f"{statement}%",)
        )
    return bool(rows)


async def test_signing_in_gives_a_deleted_account_no_orders_and_no_session(
    tools: AccountTools, passwords: SlowPasswords, database: Database
) -> None:
    user_id = await a_user(tools)
    await add_variant(database, "WC14-NAV-M")
    await place(database, {"WC14-NAV-M": 1}, email=EMAIL)
    passwords.meanwhile = lambda: delete_account(tools, user_id, PASSWORD)

    user = await check_sign_in(tools, EMAIL, PASSWORD)

    with pytest.raises(Invalid):
        await open_session(database, Owner(user.id, "", 3600, user.password_hash))
    assert await owners_of_orders(database) == [None]


async def test_an_order_that_was_under_way_while_its_account_was_deleted_is_a_guests(
    tools: AccountTools, database: Database
) -> None:
    user_id = await a_user(tools)
    await add_variant(database, "WC14-NAV-M")
    await delete_account(tools, user_id, PASSWORD)

    await place(database, {"WC14-NAV-M": 1}, email=EMAIL, user_id=user_id)

    assert await owners_of_orders(database) == [None]


async def test_an_address_that_is_added_while_the_account_is_deleted_is_not_kept(
    tools: AccountTools, database: Database
) -> None:
    user_id = await a_user(tools)
    await delete_account(tools, user_id, PASSWORD)

    with pytest.raises(Gone):
        await add_address(database, user_id, BERLIN)

    assert await count(database, "addresses") == 0


async def owners_of_orders(database: Database) -> list[int | None]:
    async with database.writer() as connection:
        return [row["user_id"] for row in await connection.rows("SELECT user_id FROM orders")]


async def test_an_order_does_not_wait_for_its_account_to_say_whose_it_is(tools: AccountTools) -> None:
    """A lock that is waited for outside of a transaction that is tried again ends in a 500."""
    user_id = await a_user(tools)
    await add_variant(tools.database, "WC14-NAV-M")
    cart_of_a_run = marked_cart_id("nightly-42", "c" * 22)

    async with tools.database.transaction() as connection, asyncio.timeout(LOCK_S):
        await lock_user(connection, user_id)
        with pytest.raises(RunMixed):
            await place(tools.database, {"WC14-NAV-M": 1}, cart_of_a_run, user_id=user_id)
