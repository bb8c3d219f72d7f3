"""Whoever wrote sees it at once, however far the readers are behind: each test begins with readers that stand still."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio

from shared import log, readers
from shared.db import Database
from shared.messages import PROCESS_ORDER
from shared.services.catalogue import VariantChange, change_variant
from shared.settings import Settings
from storefront.server import serve
from storefront.shop import Shop, open_shop
from tests.fakes import ListPublisher
from tests.replicas import Replicated, until_level
from tests.tables import empty_tables
from tests.waiting import until
from tests.web.accounts import EMAIL, a_user, forget_rates, sign_in
from tests.web.baskets import ADDRESS, fill, order, wish
from tests.web.browser import Browser
from tests.web.desk import COAT, a_settled_order, an_order, do, pieces, sign_in_as
from tests.web.kept import forget_kept
from workers.steps import WORK
from workers.tasks import carry_out_in_sight
from workers.tools import open_tools

FAR_S = 600.0


@dataclass
class Behind:
    """A shop whose readers can be stopped, and go on."""

    shop: Shop
    url: str
    servers: Replicated

    @property
    def database(self) -> Database:
        return self.shop.database

    def browser(self) -> Browser:
        return Browser(self.url)

    async def stop_readers(self) -> None:
        """From now on nothing arrives at them; everything until now has, and is known to."""
        await until_level(self.database)
        for reader in self.servers.readers:
            await reader.hold()

    async def start_readers(self) -> None:
        for reader in self.servers.readers:
            await reader.go_on()


@pytest_asyncio.fixture
async def behind(settings: Settings, servers: Replicated, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Behind]:
    """Its readers are asked however late they are, unless a test says otherwise."""
    monkeypatch.setattr(readers, "LAG_LIMIT_S", FAR_S)
    urls = tuple(reader.url for reader in servers.readers)
    changed = replace(settings, database_writer_url=servers.writer.url, database_reader_urls=urls)
    async with open_shop(changed, 0, ListPublisher()) as shop, serve(shop, 0, ["127.0.0.1"]) as port:
        await empty_tables(shop.database)
        await forget_rates(shop)
        await forget_kept(shop)
        await shop.redis.delete("none", *await shop.redis.keys("wrote:*"))
        yield Behind(shop, f"http://127.0.0.1:{port}", servers)


@pytest.fixture
def buyer(behind: Behind) -> Browser:
    return behind.browser()


def path_of(placed: dict[str, str]) -> str:
    return "/" + placed["url"].split("/", 3)[3]


async def set_status(database: Database, number: str, status: str) -> None:
    """Without a mark, as no request did it."""
    async with database.writer() as connection:
        await connection.execute("UPDATE orders SET order_status = %s WHERE number = %s", (status, number))


async def test_a_guest_sees_the_order_at_once_and_so_does_whoever_has_its_link(behind: Behind, buyer: Browser) -> None:
    cart = await fill(buyer, behind.database)
    await behind.stop_readers()

    placed = (await order(buyer, wish(cart))).json
    own = await buyer.get(f"/orders/{placed['number']}")
    linked = await behind.browser().get(path_of(placed))
    by_api = await buyer.api("GET", f"/orders/{placed['number']}")

    assert [own.status, linked.status, by_api.status] == [200, 200, 200]
    assert by_api.json["total_cents"] == placed["total_cents"]


async def test_an_account_has_its_order_and_its_addresses_at_once_in_each_of_its_browsers(
    behind: Behind, buyer: Browser
) -> None:
    await a_user(behind.shop)
    other = behind.browser()
    for browser in (buyer, other):
        await sign_in(browser)
    cart = await fill(buyer, behind.database)
    await behind.stop_readers()

    placed = (await order(buyer, wish(cart))).json
    await buyer.submit("/account/addresses", ADDRESS)

    for browser in (buyer, other):
        assert placed["number"] in (await browser.get("/account")).text
        assert placed["number"] in (await browser.get("/account/orders")).text
        assert "Prinzenstr. 84" in (await browser.get("/account/addresses")).text


async def test_whoever_signs_in_sees_what_that_has_put_into_the_account(behind: Behind, buyer: Browser) -> None:
    await a_user(behind.shop)
    guest = behind.browser()
    number = (await order(guest, wish(await fill(guest, behind.database), email=EMAIL))).json["number"]
    await behind.stop_readers()

    await sign_in(buyer)

    assert number in (await buyer.get("/account")).text


async def test_a_canceled_order_is_canceled_for_everybody_who_looks(behind: Behind, buyer: Browser) -> None:
    placed = (await order(buyer, wish(await fill(buyer, behind.database)))).json
    path = path_of(placed)
    await behind.stop_readers()

    await buyer.submit(path.replace("?", "/cancel?"), {"operation_id": "o-1"})

    for browser in (buyer, behind.browser()):
        assert "canceled" in (await browser.get(path)).text.lower()
        status = await browser.api("GET", "/orders/" + path.removeprefix("/orders/"))
        assert status.json["order_status"] == "canceled"


async def test_what_staff_did_stands_in_their_list_and_on_the_shoppers_page(behind: Behind, buyer: Browser) -> None:
    number = await a_settled_order(behind.database)
    clerk = behind.browser()
    await sign_in_as(clerk, behind.database)
    await behind.stop_readers()

    packed = await do(clerk, number, "pack", pieces(coats=2, scarves=1))

    assert packed.status == 303
    assert number in (await clerk.get("/back-office/orders?fulfillment_status=fulfilled")).text
    key = behind.shop.links.order_path(number)
    assert (await buyer.api("GET", key)).json["fulfillment_status"] == "fulfilled"


async def test_what_a_worker_did_stands_on_the_orders_page(behind: Behind, buyer: Browser) -> None:
    number = await an_order(behind.database)
    async with behind.database.writer() as connection:
        step = await connection.row("SELECT id FROM steps WHERE step = 'payment'")
    assert step is not None
    await behind.stop_readers()
    tools = await open_tools(behind.shop.settings)

    async def carry_out() -> None:
        with log.bind(order_number=number):
            await carry_out_in_sight(tools, WORK[PROCESS_ORDER], step["id"])

    await asyncio.create_task(carry_out())
    await tools.close()

    order_path = behind.shop.links.order_path(number)
    assert (await buyer.api("GET", order_path)).json["order_status"] == "processing"


async def test_a_reader_is_asked_again_once_the_write_has_arrived_there(behind: Behind, buyer: Browser) -> None:
    placed = (await order(buyer, wish(await fill(buyer, behind.database)))).json
    await behind.stop_readers()
    await buyer.submit(path_of(placed).replace("?", "/cancel?"), {"operation_id": "o-1"})

    await behind.start_readers()
    await behind.stop_readers()
    await set_status(behind.database, placed["number"], "on_hold")

    status = (await buyer.api("GET", f"/orders/{placed['number']}")).json["order_status"]
    assert status == "canceled"  # as it is at the readers


async def test_without_redis_what_is_ones_own_is_read_from_the_writer(
    behind: Behind, buyer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = (await order(buyer, wish(await fill(buyer, behind.database)))).json["number"]
    await behind.stop_readers()
    await set_status(behind.database, number, "on_hold")
    unmarked = (await buyer.api("GET", f"/orders/{number}")).json["order_status"]

    monkeypatch.setattr(behind.shop.redis.circuit, "is_well", False)
    while_away = (await buyer.api("GET", f"/orders/{number}")).json["order_status"]
    monkeypatch.undo()
    monkeypatch.setattr(behind.shop.redis.circuit, "times_sick", 1)
    just_back = (await buyer.api("GET", f"/orders/{number}")).json["order_status"]

    assert (unmarked, while_away, just_back) == ("pending", "on_hold", "on_hold")


async def test_a_mark_that_redis_did_not_take_is_not_missed(
    behind: Behind, buyer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = (await order(buyer, wish(await fill(buyer, behind.database)))).json
    await behind.stop_readers()
    monkeypatch.setattr(behind.shop.redis.circuit, "is_well", False)
    await buyer.submit(path_of(placed).replace("?", "/cancel?"), {"operation_id": "o-1"})
    monkeypatch.undo()

    status = (await buyer.api("GET", f"/orders/{placed['number']}")).json["order_status"]

    assert status == "canceled"


async def test_a_new_price_is_read_where_it_has_arrived_and_stays(behind: Behind, buyer: Browser) -> None:
    await fill(buyer, behind.database, sku=COAT, price_cents=24900)
    path = f"/products/{COAT.lower()}"
    assert "€249.00" in (await buyer.get(path)).text
    await behind.stop_readers()

    await change_variant(behind.database, COAT, VariantChange(price_cents=19900), "operator")

    async def is_new() -> bool:
        return "€199.00" in (await buyer.get(path)).text

    await until(is_new)
    behind.shop.pages.clear()  # made anew, from Redis or by a reader
    await forget_kept(behind.shop)
    assert "€199.00" in (await buyer.get(path)).text
    assert "€199.00" in (await buyer.get("/cart")).text
    assert (await buyer.api("GET", path)).json["variants"][0]["price_cents"] == 19900


async def test_an_old_price_that_only_readers_know_is_not_kept(behind: Behind, buyer: Browser) -> None:
    await fill(buyer, behind.database, sku=COAT, price_cents=24900)
    path = f"/products/{COAT.lower()}"
    await behind.stop_readers()
    await change_variant(behind.database, COAT, VariantChange(price_cents=19900), "operator")

    async def is_told() -> bool:
        return behind.shop.pages.can_be_fresh and not any(
            behind.database.readers.pulse.at(behind.shop.pages.changed_at) <= reader.arrived
            for reader in behind.database.readers.all
        )

    await until(is_told)
    behind.servers.writer.wire.cut()
    await behind.database.writer_server.circuit.look()
    old = await buyer.get(path)
    kept = await behind.shop.redis.keys("cache:*")
    behind.servers.writer.wire.heal()

    async def is_new() -> bool:
        return "€199.00" in (await buyer.get(path)).text

    await until(is_new)
    assert (old.status, kept) == (200, [])
    assert "€249.00" in old.text


async def test_readers_that_are_late_are_told_of(
    behind: Behind, buyer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "LAG_LIMIT_S", 1.0)
    before = (await buyer.get("/metrics")).text
    await behind.stop_readers()

    async def is_told() -> bool:
        dependencies = (await buyer.get("/readyz")).json["dependencies"]
        return bool(dependencies["readers"]["state"] == "sick")

    await until(is_told)
    text, told = (await buyer.get("/metrics")).text, (await buyer.get("/readyz")).json

    assert 'reader_in{reader="reader-1"} 1.0' in before
    assert 'pool_connections_in_use{pool="reads-at-writer"}' in text
    lags = [float(line.split()[1]) for line in text.splitlines() if line.startswith("reader_lag_seconds")]
    assert len(lags) == 2
    assert max(lags) > 1.0
    assert (told["ready"], told["mode"], told["dependencies"]["writer"]["state"]) == (True, "reduced", "well")
