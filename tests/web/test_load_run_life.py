"""A load run from the first cart to the purge, with the real provider and mailbox, beside a real shopper's order."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices
from shared.audit.gaps import Gap
from shared.db import Args, Connection, Database
from shared.errors import Conflict, NotFound, Unavailable
from shared.queries.run_purging import stop_steps
from shared.queries.steps import NewStep, adding_step
from shared.services.cancellation import cancel, refund
from shared.settings import Settings
from storefront.shop import Shop
from tests.factories import add_variant, stock_of
from tests.fakes import ListPublisher
from tests.integration.test_operators import command
from tests.ledgers import change, empty_ledgers, rows
from tests.load_runs import RUN, RunBrowser, a_token, opened
from tests.orders_at_work import Bench, staff
from tests.web.accounts import PASSWORD, forget_rates, last_link
from tests.web.baskets import order, wish
from tests.web.browser import Browser
from workers.audit.books import audit
from workers.audit.desk import Desk
from workers.operators.load_runs import purge
from workers.operators.office import Office, WrongUse, open_office
from workers.tools import open_tools

SKU, EMAIL = "WC14-NAV-M", "robot@load.example.com"
CARD = {"method": "card", "token": "tok_success"}
GIVEN_OUT = "number_ranges"  # a range never goes back


@pytest_asyncio.fixture
async def bench(
    settings: Settings, database: Database, backing: BackingServices, shop: Shop, sent: ListPublisher
) -> AsyncIterator[Bench]:
    """A worker's real tools, which take up what the storefront announces, and coats on the shelf and in the ledger."""
    await empty_ledgers(backing)
    await forget_rates(shop)
    await shop.redis.delete(*await shop.redis.keys(f"*{RUN}_*"), "none")
    await add_variant(database, SKU, stock=9, price_cents=10000)
    moved = "INSERT INTO stock_moves (sku, reason, ref, delta, at) VALUES (%s, 'seed', '1', 9, UTC_TIMESTAMP(6))"
    await change(database, moved, (SKU,))
    tools = replace(await open_tools(settings), publisher=sent)
    yield Bench(tools, publisher=sent)
    await tools.close()


@pytest_asyncio.fixture
async def office(settings: Settings, database: Database) -> AsyncIterator[Office]:
    office = open_office(settings)
    yield office
    await office.close()


async def buy(shopper: Browser, bench: Bench, key: str, **changes: Any) -> str:
    """Order a coat and let the workers do all that follows; returns the order's number."""
    cart = (await shopper.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})).json
    placed = await order(shopper, wish(cart, **changes), key)
    assert placed.status == 201, placed.text
    await bench.work()
    return str(placed.json["number"])


async def register(shopper: Browser, shop: Shop, database: Database, email: str = EMAIL) -> None:
    assert (await shopper.submit("/account/register", {"email": email, "password": PASSWORD})).status == 200
    secret = await last_link(shop, database)
    assert (await shopper.submit("/account/verify", {"token": secret, "password": PASSWORD})).status == 303


async def gaps(bench: Bench) -> list[Gap]:
    """With nothing too young to be compared."""
    return (await audit(Desk(bench.tools.settings, bench.database, deep=True, settled_s=0))).report.gaps


async def numbers(database: Database) -> list[str]:
    found = await rows(database, "SELECT number FROM documents WHERE number IS NOT NULL ORDER BY id")
    return [row["number"] for row in found]


async def a_run(shopper: RunBrowser, bench: Bench, shop: Shop) -> list[str]:
    """Guests and an account do all there is to do: money back, a cancellation, mails, carts left behind."""
    database = bench.database
    paid = await buy(shopper, bench, "key-1", payment=CARD)
    canceled = await buy(shopper, bench, "key-2")
    await bench.work(await refund(database, paid, staff(), 500, "Late"))
    await bench.work(await cancel(database, canceled, staff(), {SKU: 1}, "No more"))
    account = RunBrowser(shopper.base, token=shopper.token)
    await account.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})
    await register(account, shop, database)
    own = await buy(account, bench, "key-3", email=EMAIL)
    await account.get("/cart")
    await account.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})
    await change(
        database,
        "INSERT INTO audit_findings (kind, subject, detail, first_seen, last_seen) "
        "VALUES ('step_dead', %s, 'x', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
        (f"{own}/receipt",),
    )
    (user,) = await rows(database, "SELECT id FROM users")
    for mark in (f"order:{own}", f"user:{user['id']}"):  # of their last writes, as requests and tasks leave them
        await shop.redis.set(f"wrote:{mark}", "1", ex=30)
    return [paid, canceled, own]


async def test_documents_of_runs_have_a_range_of_their_own(
    browser: Browser, new_browser: Callable[[], Browser], settings: Settings, bench: Bench, shop: Shop
) -> None:
    shopper = await opened(browser, settings)
    await buy(browser, bench, "real-1")

    await a_run(shopper, bench, shop)
    await buy(new_browser(), bench, "real-2")

    found = await numbers(bench.database)
    assert [number for number in found if number[0] != "T"] == ["I000001", "I000002"]
    assert [number for number in found if number[0] == "T"] == [f"T{n:06d}" for n in range(1, len(found) - 1)]
    assert len(found) > 5
    assert await gaps(bench) == []


async def test_what_was_canceled_goes_back_into_the_pool_and_not_onto_the_shelf(
    browser: Browser, settings: Settings, bench: Bench
) -> None:
    shopper = await opened(browser, settings, default=2)
    number = await buy(shopper, bench, "key-1")
    await buy(shopper, bench, "key-2")

    await bench.work(await cancel(bench.database, number, staff(), {SKU: 1}, "No more"))

    answer = (await shopper.api("GET", f"/test-runs/{RUN}?audit=1")).json
    assert answer["stock"] == [{"sku": SKU, "pool": 2, "sold": 1, "left": 1}]
    assert answer["audit"]["gaps"] == []
    assert await stock_of(bench.database, SKU) == 9


async def test_mails_of_a_run_are_sent_here_and_only_noted_in_production(
    browser: Browser, settings: Settings, bench: Bench, shop: Shop
) -> None:
    shopper = await opened(browser, settings)
    here = await buy(shopper, bench, "key-1")
    there = replace(bench.tools, settings=replace(settings, environment="production"))
    quiet = Bench(there, publisher=bench.publisher)

    noted = await buy(shopper, quiet, "key-2")
    real = await buy(browser, quiet, "real-1")

    found = await rows(
        bench.database,
        "SELECT o.number, d.server_reply, d.state FROM documents d JOIN orders o ON d.subject = CONCAT('order:', o.id) "
        "WHERE d.kind = 'receipt' ORDER BY o.id",
    )
    assert [(row["number"], row["state"]) for row in found] == [(here, "done"), (noted, "done"), (real, "done")]
    assert [row["server_reply"].startswith("not sent") for row in found] == [False, True, False]
    assert await gaps(bench) == []
    mails = {each["number"]: each["mails"] for each in (await shopper.api("GET", f"/test-runs/{RUN}")).json["orders"]}
    assert [(mail["message_id"].split(".")[0], mail["state"]) for mail in mails[noted]] == [("<receipt", "done")]


async def dump(database: Database) -> dict[str, list[str]]:
    """Every row of every table, but for the ranges."""
    names = [str(next(iter(row.values()))) for row in await rows(database, "SHOW TABLES")]
    names.remove(GIVEN_OUT)
    return {name: sorted(map(str, await rows(database, f"SELECT * FROM {name}"))) for name in names}  # noqa: S608


async def keys(shop: Shop) -> set[str]:
    """Every key of Redis, but for what counts this machine's address."""
    return {key for key in map(str, await shop.redis.keys("*")) if not key.endswith(":127.0.0.1")}


def files(settings: Settings) -> set[Path]:
    return {path for path in settings.media_root.rglob("*") if path.is_file()}


async def test_a_purge_leaves_no_row_no_key_and_no_file(
    browser: Browser, settings: Settings, bench: Bench, office: Office, shop: Shop
) -> None:
    await buy(browser, bench, "real-1", payment=CARD)
    await browser.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})
    longer = RunBrowser(browser.base, token=a_token(settings, f"x{RUN}"))
    assert (await longer.api("POST", "/test-runs", {"run": f"x{RUN}"})).status == 201
    await longer.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})
    before = await dump(bench.database), await keys(shop), files(settings)
    shopper = await opened(browser, settings)
    ordered = await a_run(shopper, bench, shop)
    during, papers = await dump(bench.database), await numbers(bench.database)
    await shopper.api("POST", f"/test-runs/{RUN}/end")

    gone = await purge(office, RUN)

    assert await dump(bench.database) == before[0]
    assert await keys(shop) == before[1]
    assert files(settings) == before[2]
    assert gone["orders"] == len(ordered) == 3
    assert gone["users"] == 1
    assert gone["files"] == sum(number.startswith("T") for number in papers) == 5
    assert {name: len(found) - len(before[0][name]) for name, found in during.items() if found != before[0][name]} == {
        name: count for name, count in gone.items() if name not in ("files", "Redis keys")
    }
    assert await gaps(bench) == []


async def test_a_purged_run_is_none_for_whoever_comes_late(
    browser: Browser, settings: Settings, bench: Bench, office: Office, shop: Shop
) -> None:
    shopper = await opened(browser, settings)
    await shopper.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})
    await shopper.api("POST", f"/test-runs/{RUN}/end")
    await purge(office, RUN)
    unmarked = Browser(shopper.base, dict(shopper.cookies))

    late = [
        await shopper.api("GET", "/cart"),
        await shopper.api("POST", "/cart/items", {"sku": SKU, "quantity": 1}),
    ]
    seen = (await unmarked.api("GET", "/cart")).json

    assert [(answer.status, answer.json["type"]) for answer in late] == [(409, "/problems/run-closed")] * 2
    assert (seen["revision"], seen["lines"]) == (0, [])
    assert not [key for key in await keys(shop) if f"{{{RUN}_" in key]


async def test_a_run_is_purged_once_and_never_while_it_goes_on(
    browser: Browser, settings: Settings, bench: Bench, office: Office
) -> None:
    shopper = await opened(browser, settings)

    with pytest.raises(Conflict, match="is going on"):
        await purge(office, RUN)
    await change(bench.database, "UPDATE test_runs SET expires_at = UTC_TIMESTAMP(6)")
    await buy(shopper, bench, "key-1")
    await change(bench.database, "UPDATE test_runs SET expires_at = UTC_TIMESTAMP(6)")
    with pytest.raises(Conflict, match="is going on"):
        await purge(office, RUN)
    await change(bench.database, "UPDATE orders SET placed_at = placed_at - INTERVAL 61 SECOND")
    await purge(office, RUN)

    with pytest.raises(NotFound, match=f"no such run: {RUN}"):
        await purge(office, RUN)
    with pytest.raises(WrongUse):
        await purge(office, "*")


async def test_a_purge_waits_for_steps_at_work_and_goes_on_from_where_it_was(
    browser: Browser, settings: Settings, bench: Bench, office: Office
) -> None:
    shopper = await opened(browser, settings)
    cart = (await shopper.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})).json
    await order(shopper, wish(cart))
    await shopper.api("POST", f"/test-runs/{RUN}/end")
    at_work = "UPDATE steps SET state = 'running', lease_until = UTC_TIMESTAMP(6) + INTERVAL %s SECOND"
    await change(bench.database, at_work, (60,))
    hasty = replace(office, settings=replace(office.settings, step_lease_s=0))

    with pytest.raises(Unavailable, match="1 steps of this run are still at work"):
        await purge(hasty, RUN)
    await change(bench.database, at_work, (-1,))
    gone = await purge(office, RUN)

    assert (gone["orders"], gone["steps"], gone["test_runs"]) == (1, 1, 1)


async def test_the_command_asks_and_says_what_is_gone(
    browser: Browser, settings: Settings, bench: Bench, backing: BackingServices
) -> None:
    shopper = await opened(browser, settings)
    await shopper.api("POST", f"/test-runs/{RUN}/end")

    unasked = await command(backing, "load_runs", "purge", RUN)
    done = await command(backing, "load_runs", "purge", RUN, "--yes")
    again = await command(backing, "load_runs", "purge", RUN, "--yes")
    junk = await command(backing, "load_runs", "purge", "No such name", "--yes")

    assert (unasked[0], "no terminal to ask at" in unasked[2]) == (2, True)
    assert (done[0], done[1].split("\n")[-2]) == (0, f"{RUN} is gone.")
    assert again == (1, "", f"shop: There is no such run: {RUN}\n")
    assert (junk[0], junk[1]) == (2, "")


async def test_a_step_that_another_left_while_a_purge_was_looking_is_open(
    browser: Browser, settings: Settings, bench: Bench
) -> None:
    shopper = await opened(browser, settings)
    cart = (await shopper.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})).json
    await order(shopper, wish(cart))
    await change(
        bench.database, "UPDATE steps SET state = 'running', lease_until = UTC_TIMESTAMP(6) + INTERVAL 60 SECOND"
    )
    order_id = int((await rows(bench.database, "SELECT id FROM orders"))[0]["id"])

    class Ending(Connection):
        """Right after a statement the step that is at work ends, and leaves the next one."""

        async def execute(self, sql: str, args: Args = ()) -> int:
            found = await super().execute(sql, args)
            await super().execute("UPDATE steps SET state = 'done'")
            invoice = NewStep(order_id=order_id, step="invoice", queue="orders", task="none")
            await super().execute(*adding_step(invoice))
            return found

    async with bench.database.writer() as connection:
        assert await stop_steps(Ending(connection.raw), [order_id]) == 1
        assert await stop_steps(connection, [order_id]) == 0
