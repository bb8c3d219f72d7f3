"""What is left of somebody who deleted the account: every text in every table is searched, and what stays is named."""

from collections.abc import Iterable

import pytest

from shared.db import Database
from shared.passwords import Passwords
from shared.queries.account_mails import JOB
from shared.services.account_deletion import delete_account
from shared.services.account_email import ask_for_email, change_email
from shared.services.account_links import AccountTools
from shared.services.accounts import forget_password, prove, register
from shared.services.address_book import add_address
from shared.services.shopper_sessions import Owner, open_session
from shared.settings import Settings
from tests.factories import BERLIN, count
from tests.integration.test_accounts import mailed
from tests.orders_at_work import Bench
from workers.job_desk import JobDesk
from workers.purge import purge

EMAIL, NEW, PASSWORD = "jana@example.com", "jana.new@example.com", "correct horse"
MARKS = ("jana", BERLIN.name.casefold(), BERLIN.line1.casefold())

# Where a deleted shopper is still found, and why.
STAYS = {
    ("orders", "email"): "mails about an order that is not over for 60 days: delivery, return, refund, withdrawal",
    ("order_addresses", "name"): "whom the goods and the invoice went to; the invoice has to name them",
    ("order_addresses", "line1"): "as the name",
    ("documents", "snapshot"): "what the invoice was made of, kept as long as the tax law asks",
}
KEPT_FOR_TAXES = {name for name in STAYS if name != ("orders", "email")}


@pytest.fixture
def accounts(settings: Settings, database: Database) -> AccountTools:
    return AccountTools(database=database, passwords=Passwords(), signing_secrets=settings.cookie_secrets)


async def found_in(database: Database) -> set[tuple[str, str]]:
    """The columns of all tables in which a mark of the shopper stands."""
    async with database.writer() as connection:
        columns = await connection.rows(
            "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = DATABASE() "
            "AND data_type IN ('char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'json', 'blob')"
        )
        assert len(columns) > 100
        return {(each["t"], each["c"]) for each in columns if _has_mark(await connection.rows(_all_of(**each)))}


def _all_of(t: str, c: str) -> str:
    return f"SELECT `{c}` AS text FROM `{t}` WHERE `{c}` IS NOT NULL"  # noqa: S608 (the server's own names)


def _has_mark(rows: Iterable[dict[str, object]]) -> bool:
    return any(mark in str(row["text"]).casefold() for row in rows for mark in MARKS)


async def change(database: Database, statement: str, *values: object) -> None:
    async with database.writer() as connection:
        await connection.execute(statement, values)


async def let_pass(database: Database, days: int) -> None:
    """The orders are over, and were placed so many days earlier."""
    over = "UPDATE orders SET order_status = 'completed', placed_at = placed_at - INTERVAL %s DAY"
    await change(database, over, days)


async def a_life(bench: Bench, accounts: AccountTools) -> int:
    """An account that has used everything there is, with words of others that name it, and an order."""
    proving = await register(accounts, EMAIL, PASSWORD)
    user_id = (await prove(accounts, await mailed(accounts, proving), PASSWORD)).user_id
    await bench.placed(email=EMAIL)
    await change(bench.database, "UPDATE orders SET user_id = %s", user_id)
    await add_address(bench.database, user_id, BERLIN)
    await open_session(bench.database, Owner(user_id, "Firefox on Linux", 3600))
    for done_key in [await forget_password(accounts, EMAIL), *await ask_for_email(accounts, user_id, NEW)]:
        await JobDesk(bench.tools).do(JOB, done_key)
    for statement in (
        "UPDATE documents SET server_reply = %s WHERE message_id IS NOT NULL",
        "UPDATE steps SET error = %s",
        "UPDATE events SET why = %s",
        "UPDATE orders SET attention = %s",
        "UPDATE jobs SET error = %s, state = 'dead'",
    ):
        await change(bench.database, statement, f"550 <{EMAIL}> is unknown here")
    await change(
        bench.database,
        "INSERT INTO mail_events (event_sha, tag, kind, at) SELECT sha256, CONCAT('reset_user-', owner_id, '_', id), "
        "'bounce', UTC_TIMESTAMP(6) FROM tokens WHERE purpose = 'reset'",
    )
    await change(
        bench.database,
        "INSERT INTO taken_carts (cart_id, cart_revision, pieces, user_id, added, cuts, taken_at) "
        "VALUES ('guest', 1, '{\"COAT\": 1}', %s, '{}', '[]', UTC_TIMESTAMP(6))",
        user_id,
    )
    return user_id


async def test_all_that_stays_of_a_deleted_shopper_is_on_the_list(bench: Bench, accounts: AccountTools) -> None:
    user_id = await a_life(bench, accounts)
    before = await found_in(bench.database)
    assert {("users", "email"), ("tokens", "email"), ("jobs", "error"), ("steps", "error"), *STAYS} <= before

    await delete_account(accounts, user_id, PASSWORD)

    assert await found_in(bench.database) == set(STAYS)
    gone = ("addresses", "sessions", "tokens", "jobs", "mail_events", "mail_sendings")
    assert [await count(bench.database, table) for table in gone] == [0] * len(gone)
    async with bench.database.writer() as connection:
        taken = await connection.rows("SELECT user_id, pieces, added, cuts FROM taken_carts")
        mails = await connection.rows("SELECT subject FROM documents WHERE subject LIKE 'user:%%'")
    assert taken == [{"user_id": None, "pieces": "{}", "added": "{}", "cuts": "[]"}]
    assert mails == []


async def test_an_account_that_nobody_proved_leaves_nothing_to_whoever_takes_its_address_and_goes(
    bench: Bench, accounts: AccountTools
) -> None:
    user_id = await a_life_of_another(accounts)
    await JobDesk(bench.tools).do(JOB, await register(accounts, NEW, "another password"))
    await change(bench.database, "UPDATE documents SET server_reply = %s", f"550 <{NEW}> is unknown here")
    await change(bench.database, "UPDATE jobs SET error = %s, state = 'dead'", f"550 <{NEW}> is unknown here")
    to_new, _ = await ask_for_email(accounts, user_id, NEW)
    await change_email(accounts, await mailed(accounts, to_new), PASSWORD)

    await delete_account(accounts, user_id, PASSWORD)

    assert await found_in(bench.database) == set()


async def test_an_order_that_is_over_for_60_days_forgets_the_shopper(bench: Bench, accounts: AccountTools) -> None:
    await delete_account(accounts, await a_life(bench, accounts), PASSWORD)
    await let_pass(bench.database, 59)
    assert (await purge(bench.tools))["orders"] == 0
    await change(bench.database, "UPDATE orders SET placed_at = placed_at - INTERVAL 2 DAY")
    await change(bench.database, "UPDATE orders SET order_status = 'processing'")
    assert (await purge(bench.tools))["orders"] == 0
    await change(bench.database, "UPDATE orders SET order_status = 'completed'")

    assert (await purge(bench.tools))["orders"] == 1

    assert await found_in(bench.database) == KEPT_FOR_TAXES
    assert (await purge(bench.tools))["orders"] == 0


async def test_an_order_without_an_invoice_keeps_no_address_either(bench: Bench, accounts: AccountTools) -> None:
    user_id = await a_life(bench, accounts)
    await change(bench.database, "DELETE FROM mail_sendings")
    await change(bench.database, "DELETE FROM documents")
    await delete_account(accounts, user_id, PASSWORD)
    await change(bench.database, "UPDATE orders SET order_status = 'canceled', placed_at = placed_at - INTERVAL 61 DAY")

    await purge(bench.tools)

    assert await found_in(bench.database) == set()


async def test_the_orders_of_others_are_left_alone(bench: Bench, accounts: AccountTools) -> None:
    await bench.placed("OTHER-1", email="eve@example.com")
    await let_pass(bench.database, 99)
    await delete_account(accounts, await a_life_of_another(accounts), PASSWORD)

    await purge(bench.tools)

    async with bench.database.writer() as connection:
        assert await connection.rows("SELECT email, email_norm FROM orders") == [
            {"email": "eve@example.com", "email_norm": "eve@example.com"}
        ]


async def a_life_of_another(accounts: AccountTools) -> int:
    return (await prove(accounts, await mailed(accounts, await register(accounts, EMAIL, PASSWORD)), PASSWORD)).user_id


async def test_a_new_account_with_the_same_address_does_not_get_the_orders_of_the_deleted_one(
    bench: Bench, accounts: AccountTools
) -> None:
    await delete_account(accounts, await a_life(bench, accounts), PASSWORD)

    await a_life_of_another(accounts)

    async with bench.database.writer() as connection:
        assert await connection.rows("SELECT user_id FROM orders") == [{"user_id": None}]
