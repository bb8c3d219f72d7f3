"""What balancers and operators ask."""

from datetime import datetime

from shared.db import Database
from storefront.dependencies import refresh_gauges
from storefront.shop import Shop
from tests.waiting import until
from tests.web.baskets import fill, order, wish
from tests.web.browser import Browser

PARTS = ["writer", "readers", "redis", "sqs", "payment", "media"]


async def test_livez_is_short(browser: Browser) -> None:
    answer = await browser.get("/livez")

    assert (answer.status, answer.text) == (200, "alive\n")


async def test_readyz_tells_how_each_dependency_is(browser: Browser, shop: Shop) -> None:
    async def all_are_well() -> bool:
        return all(circuit.is_well for circuit in shop.readiness.circuits)

    await until(all_are_well)
    answer = await browser.get("/readyz")

    told = answer.json
    assert (answer.status, told["ready"], told["mode"]) == (200, True, "normal")
    assert list(told["dependencies"]) == PARTS
    assert {part["state"] for part in told["dependencies"].values()} == {"well"}
    assert datetime.fromisoformat(told["dependencies"]["redis"]["since"]).tzinfo


async def test_a_draining_instance_is_not_ready_and_closes_its_connections(browser: Browser, shop: Shop) -> None:
    shop.readiness.draining = True
    try:
        ready, page = await browser.get("/readyz"), await browser.get("/imprint")
    finally:
        shop.readiness.draining = False

    assert (ready.status, ready.json["ready"]) == (503, False)
    assert (page.status, page.headers["Connection"]) == (200, "close")


async def test_metrics_are_for_this_machine_only(browser: Browser) -> None:
    near, far = await browser.get("/metrics"), await browser.get("/metrics", {"X-Forwarded-For": "127.0.0.1"})

    assert (near.status, far.status) == (200, 404)


async def test_metrics_tell_of_steps_that_nobody_looks_after(browser: Browser, database: Database, shop: Shop) -> None:
    await order(browser, wish(await fill(browser, database)))
    async with database.writer() as connection:
        steps = await connection.execute("UPDATE steps SET due_at = UTC_TIMESTAMP(6) - INTERVAL 61 SECOND")

    await refresh_gauges(shop)

    assert steps > 0
    assert f"\nsteps_overdue {steps}.0\n" in (await browser.get("/metrics")).text


async def test_metrics_count_requests_by_route_and_what_is_on_its_way(
    browser: Browser, database: Database, shop: Shop
) -> None:
    await order(browser, wish(await fill(browser, database)))
    await refresh_gauges(shop)

    text = (await browser.get("/metrics")).text

    assert 'http_requests_total{method="POST",route="/api/v1/orders",status="201"}' in text
    assert 'http_request_duration_seconds_count{route="/api/v1/orders"}' in text
    assert 'steps{state="queued",step="payment"} 1.0' in text
    assert 'pool_connections_in_use{pool="writer"}' in text
    assert 'queue_messages{queue="orders",state="visible"}' in text
    assert float(text.partition("\noutbox_oldest_age_seconds ")[2].splitlines()[0]) > 0
    assert "\nsteps_overdue 0.0\n" in text
    assert "loop_delay_seconds_count" in text
    assert 'dependency_well{dependency="redis"} 1.0' in text
    assert 'dependency_times_sick{dependency="payment"}' in text
