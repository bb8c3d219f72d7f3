"""Two at once: refunds, payouts, sweeps, changes of orders, the end of a day."""

import asyncio
from contextlib import suppress

from shared.errors import Conflict, Unavailable
from shared.gateway import Outcome
from shared.queries.steps import take_due
from shared.services.cancellation import cancel, refund
from shared.services.fulfillment import ShipmentRequest, pack, ship
from tests.factories import add_variant
from tests.orders_at_work import Bench, staff
from tests.racing import (
    SKU,
    TOKEN,
    announce_open,
    let_time_pass,
    send,
    strict,
)
from workers.closing import close_day
from workers.ledger import carry_out
from workers.steps import WORK


async def test_two_refunds_at_once_are_both_in_the_books(bench: Bench) -> None:
    number = await bench.placed(**TOKEN)
    first = await refund(bench.database, number, staff(), 1000, "Sorry")
    second = await refund(bench.database, number, staff(), 500, "Sorry again")
    both = asyncio.Barrier(2)
    give = bench.cards.refund

    async def together(key: str, ref: str, cents: int) -> Outcome:
        outcome = await give(key, ref, cents)
        with suppress(TimeoutError, asyncio.BrokenBarrierError):  # nobody else comes: they do not run at once
            await asyncio.wait_for(both.wait(), 1)
        return outcome

    bench.cards.refund = together  # type: ignore[method-assign,assignment]
    payouts = [message for message in (*first, *second) if message.task == "orders.refund"]
    await asyncio.gather(*(carry_out(bench.tools, WORK[each.task], each.step_id) for each in payouts))
    await announce_open(bench)

    at_provider = bench.cards.authorizations[f"auth_{number}"].refunded_cents
    order = await bench.look(number)
    assert (at_provider, order.refunded_cents) == (1500, 1500)


async def test_two_payouts_that_wait_for_one_capture_do_not_kill_each_other(at_shipment: Bench) -> None:
    bench = at_shipment
    number = await bench.placed(pieces=2, **TOKEN)
    strict(bench)
    await send(bench, number, 1)
    await pack(bench.database, number, staff(), {SKU: 1})
    request = ShipmentRequest(pieces={SKU: 1})
    await ship(bench.database, number, staff(), request, capture_at_shipment=True)  # its capture is still to come
    refunds = [
        message
        for _ in range(2)
        for message in await refund(bench.database, number, staff(), 8000, "Sorry")
        if message.task == "orders.refund"
    ]
    both, give = asyncio.Barrier(2), bench.cards.refund

    async def together(key: str, ref: str, cents: int) -> Outcome:
        with suppress(TimeoutError, asyncio.BrokenBarrierError):  # nobody else comes: they do not run at once
            await asyncio.wait_for(both.wait(), 1)
        return await give(key, ref, cents)

    bench.cards.refund = together  # type: ignore[method-assign,assignment]
    await asyncio.gather(*(carry_out(bench.tools, WORK[each.task], each.step_id) for each in refunds))
    bench.cards.refund = give  # type: ignore[method-assign]
    for _ in range(3):
        await announce_open(bench)

    order = await bench.look(number)
    assert [(each.step, each.error) for each in order.steps if each.state == "dead"] == []
    assert (order.paid_cents, order.refunded_cents) == (20000, 16000)


async def test_two_sweeps_share_what_is_due(bench: Bench) -> None:
    await add_variant(bench.database, sku=SKU, price_cents=100, stock=60)
    for _ in range(30):
        await bench.order({SKU: 1})
    await bench.make_due()

    async with bench.database.transaction() as first:
        mine = await take_due(first, 10, 60)
        async with bench.database.transaction() as second:
            theirs = await take_due(second, 10, 60)

    assert (len(mine), len(theirs)) == (10, 10)


async def test_no_two_changes_of_orders_ever_wait_for_each_other_crosswise(bench: Bench) -> None:
    skus = ("WC14-NAV-L", SKU, "WC14-NAV-S")
    for sku in skus:
        await add_variant(bench.database, sku=sku, stock=5000, price_cents=10000)
    before = await deadlocks(bench)

    async def life(n: int) -> None:
        order = skus if n % 2 else skus[::-1]
        for _ in range(4):
            number = await bench.order(dict.fromkeys(order, 2))
            await work_some(bench)
            await asyncio.gather(
                *(cancel(bench.database, number, staff(), {sku: 1}, "Sold out") for sku in order),
                work_some(bench),
                sweep_some(bench),
                return_exceptions=True,
            )
            with suppress(Unavailable, Conflict):
                await cancel(bench.database, number, staff(), None, "All")

    await asyncio.gather(*(life(n) for n in range(8)))
    await bench.work()

    assert await deadlocks(bench) - before == 0


async def work_some(bench: Bench) -> None:
    messages, bench.publisher.sent[:] = list(bench.publisher.sent), []
    for message in messages:
        await carry_out(bench.tools, WORK[message.task], message.step_id)


async def sweep_some(bench: Bench) -> None:
    async with bench.database.transaction() as connection:
        bench.publisher.announce_soon(await take_due(connection, 100, 5))


async def deadlocks(bench: Bench) -> int:
    async with bench.database.writer() as connection:
        row = await connection.row("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")
    assert row is not None
    return int(row["Value"])


async def test_the_day_may_be_closed_twice_at_once(bench: Bench) -> None:
    await bench.placed()
    await let_time_pass(bench, "40 DAY")

    counts = await asyncio.gather(*(close_day(bench.tools) for _ in range(4)))

    assert sum(counts) == 1
