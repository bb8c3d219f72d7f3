"""Accounts of a load run and real ones: neither buys in the place of the other, and no cart goes over."""

from collections.abc import Callable

import pytest
import pytest_asyncio

from shared.db import Database
from shared.domain.load_runs import run_of_cart
from shared.services.accounts import add_proven
from shared.settings import Settings
from storefront.shop import Shop
from tests.factories import add_variant, count, place
from tests.ledgers import rows
from tests.load_runs import RUN, RunBrowser, opened
from tests.web.accounts import EMAIL, PASSWORD, forget_rates, last_link, sign_in
from tests.web.baskets import order, wish
from tests.web.browser import Answer, Browser

SKU, ROBOT = "WC14-NAV-M", "robot@load.example.com"


@pytest_asyncio.fixture(autouse=True)
async def rates(shop: Shop) -> None:
    await forget_rates(shop)


async def add(browser: Browser, quantity: int = 1) -> dict[str, object]:
    return dict((await browser.api("POST", "/cart/items", {"sku": SKU, "quantity": quantity})).json)


def name_of(answer: Answer) -> tuple[int, str]:
    return answer.status, str(answer.json["type"]).removeprefix("/problems/")


async def test_who_registers_in_a_run_is_the_runs(
    browser: Browser, settings: Settings, database: Database, shop: Shop
) -> None:
    await add_variant(database, SKU)
    shopper = await opened(browser, settings)
    await shopper.submit("/account/register", {"email": ROBOT, "password": PASSWORD})
    verified = {"token": await last_link(shop, database), "password": PASSWORD}
    assert (await shopper.submit("/account/verify", verified)).status == 303

    await add(shopper)
    elsewhere = RunBrowser(shopper.base, token=shopper.token)
    await sign_in(elsewhere, ROBOT)
    await elsewhere.get("/cart")
    cart = (await elsewhere.api("GET", "/cart")).json
    placed = await order(elsewhere, wish(cart, email=ROBOT))

    assert placed.status == 201
    assert run_of_cart(elsewhere.cookies["cart"].split(".")[1]) == RUN
    found = await rows(
        database, "SELECT u.test_run AS account, o.test_run FROM orders o JOIN users u ON u.id = o.user_id"
    )
    assert found == [{"account": RUN, "test_run": RUN}]


async def test_a_real_account_buys_nothing_in_a_run(
    browser: Browser, jana: Browser, settings: Settings, database: Database
) -> None:
    await add_variant(database, SKU)
    shopper = await opened(browser, settings)
    cart = await add(shopper)
    shopper.cookies["session"] = jana.cookies["session"]

    refused = await order(shopper, wish(cart))

    assert name_of(refused) == (409, "run-mixed")
    assert await count(database, "orders") == 0


async def test_a_runs_account_buys_nothing_for_real(
    browser: Browser, settings: Settings, database: Database, shop: Shop
) -> None:
    await add_variant(database, SKU)
    await opened(browser, settings)
    await add_proven(database, ROBOT, await shop.passwords.hash(PASSWORD), RUN)
    cart = await add(browser)
    robot = Browser(browser.base)
    await sign_in(robot, ROBOT)
    browser.cookies["session"] = robot.cookies["session"]

    refused = await order(browser, wish(cart))

    assert name_of(refused) == (409, "run-mixed")


async def test_what_a_run_carries_never_gets_into_a_real_accounts_cart(
    jana: Browser, settings: Settings, database: Database, new_browser: Callable[[], Browser]
) -> None:
    await add_variant(database, SKU)
    await add(jana)
    shopper = await opened(jana, settings)
    await add(shopper, 3)
    carrier = Browser(jana.base, dict(shopper.cookies))  # signs in with the run's cart in the browser

    await sign_in(carrier)

    assert [line["quantity"] for line in (await carrier.api("GET", "/cart")).json["lines"]] == [1]
    assert run_of_cart(carrier.cookies["cart"].split(".")[1]) is None


async def test_a_first_cart_of_an_account_is_no_runs(jana: Browser, settings: Settings, database: Database) -> None:
    """Signing in under a header, without any cart, ends in one that the header does not fit."""
    await add_variant(database, SKU)
    shopper = await opened(jana, settings)

    await sign_in(shopper)
    await shopper.get("/cart")

    assert run_of_cart(shopper.cookies["cart"].split(".")[1]) is None
    assert name_of(await shopper.api("GET", "/cart")) == (409, "run-mixed")


async def test_a_proven_address_gets_no_orders_of_a_run(
    browser: Browser, settings: Settings, database: Database, jana: Browser
) -> None:
    await add_variant(database, SKU)
    await opened(browser, settings)
    await place(database, {SKU: 1}, f"{RUN}_{'x' * 22}", email=EMAIL)
    await place(database, {SKU: 1}, "real", email=EMAIL)

    await sign_in(Browser(browser.base))

    found = await rows(database, "SELECT test_run, user_id IS NULL AS is_guests FROM orders ORDER BY id")
    assert found == [{"test_run": RUN, "is_guests": 1}, {"test_run": None, "is_guests": 0}]


@pytest.mark.parametrize("proven", [False, True], ids=["that nobody proved", "that is proven"])
async def test_a_real_shopper_registers_with_the_address_of_a_runs_account(
    browser: Browser, settings: Settings, database: Database, shop: Shop, proven: bool
) -> None:
    shopper = await opened(browser, settings)
    await shopper.submit("/account/register", {"email": ROBOT, "password": PASSWORD})
    if proven:
        await shopper.submit("/account/verify", {"token": await last_link(shop, database), "password": PASSWORD})

    await Browser(browser.base).submit("/account/register", {"email": ROBOT, "password": PASSWORD})

    assert await rows(database, "SELECT test_run FROM users") == [{"test_run": RUN if proven else None}]
