"""What the shop itself does leaves no gap: whole lives of orders, with the real provider and mailbox, then an audit."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices
from shared.audit.gaps import Gap
from shared.db import Database
from shared.services.cancellation import cancel, refund
from shared.services.closing import expire
from shared.services.fulfillment import ShipmentRequest, deliver, pack, ship
from shared.services.incoming import record_payment, resend_receipt
from shared.services.payments import PayTools, pay_by_card, pay_by_invoice
from shared.services.returns import Arrived, receive, request_return, withdraw
from shared.settings import Settings
from tests.factories import add_variant
from tests.fakes import ListPublisher
from tests.ledgers import change, empty_ledgers
from tests.orders_at_work import Bench, asked, now, shopper, staff
from workers.audit.books import audit
from workers.audit.desk import Desk
from workers.tools import open_tools

COAT, HAT = "WC14-NAV-M", "BB01-OCH-U"
CARD = {"payment_method": "card", "payment_token": "tok_success"}
DECLINED = {"payment_method": "card", "payment_token": "tok_decline"}


@pytest_asyncio.fixture(params=["processing", "shipment"])
async def bench(
    request: pytest.FixtureRequest, settings: Settings, database: Database, backing: BackingServices
) -> AsyncIterator[Bench]:
    """A worker's real tools, and two variants on the shelf and in the ledger; once for each way to capture."""
    await empty_ledgers(backing)
    publisher = ListPublisher()
    tools = replace(await open_tools(replace(settings, payment_capture=request.param)), publisher=publisher)
    for sku in (COAT, HAT):
        await add_variant(database, sku=sku, price_cents=10000, stock=100)
        await change(
            database,
            "INSERT INTO stock_moves (sku, reason, ref, delta, at) VALUES (%s, 'seed', '1', 100, UTC_TIMESTAMP(6))",
            (sku,),
        )
    yield Bench(tools, publisher=publisher)
    await tools.close()


async def gaps(bench: Bench) -> list[Gap]:
    """With nothing too young to be compared."""
    return (await audit(Desk(bench.tools.settings, bench.database, deep=True, settled_s=0))).report.gaps


async def new_order(bench: Bench, **changes: object) -> str:
    number = await bench.order({COAT: 2, HAT: 1}, **changes)
    await bench.work()
    return number


async def send(bench: Bench, number: str, pieces: dict[str, int]) -> int:
    at_shipment = bench.tools.settings.payment_capture == "shipment"
    request = ShipmentRequest(pieces=pieces, carrier="DHL", tracking="00340434")
    await bench.work(await pack(bench.database, number, staff(), pieces))
    await bench.work(await ship(bench.database, number, staff(), request, capture_at_shipment=at_shipment))
    return (await bench.look(number)).parcels[-1].id


async def test_fresh_orders_have_no_gap_however_they_are_paid(bench: Bench) -> None:
    await new_order(bench)
    await new_order(bench, **CARD)
    await new_order(bench, **DECLINED)
    await bench.order({COAT: 1}, **CARD)  # placed, nobody has worked on it yet

    assert await gaps(bench) == []


async def test_parcels_in_part_and_as_a_whole_have_no_gap(bench: Bench) -> None:
    for ways in (CARD, {}):
        number = await new_order(bench, **ways)
        first = await send(bench, number, {COAT: 1})
        assert await gaps(bench) == []
        await bench.work(await deliver(bench.database, number, staff(), first))
        await bench.work(await deliver(bench.database, number, staff(), await send(bench, number, {COAT: 1, HAT: 1})))

    assert await gaps(bench) == []


async def test_canceled_orders_have_no_gap_before_and_after_they_were_processed(bench: Bench) -> None:
    unpaid = await bench.order({COAT: 1}, payment_method="card")
    await bench.work(await cancel(bench.database, unpaid, shopper(), None, "Ordered twice"))
    for ways in (CARD, {}, DECLINED):
        number = await new_order(bench, **ways)
        await bench.work(await cancel(bench.database, number, staff(), None, "Ordered twice"))
    partly = await new_order(bench, **CARD)
    await bench.work(await cancel(bench.database, partly, staff(), {COAT: 1}, "Torn"))

    assert await gaps(bench) == []


async def test_an_expired_order_has_no_gap(bench: Bench) -> None:
    number = await bench.order({COAT: 1}, payment_method="card")
    await change(
        bench.database, "UPDATE orders SET expires_at = placed_at - INTERVAL 1 DAY WHERE number = %s", (number,)
    )

    await bench.work(await expire(bench.database, (await bench.look(number)).id))

    assert (await bench.look(number)).order_status == "expired"
    assert await gaps(bench) == []


async def test_refunds_and_returns_have_no_gap(bench: Bench) -> None:
    for ways in (CARD, {}):
        number = await new_order(bench, **ways)
        await bench.work(await deliver(bench.database, number, staff(), await send(bench, number, {COAT: 2, HAT: 1})))
        if not ways:
            await bench.work(await record_payment(bench.database, number, staff(), 30000, "bank statement 12"))
        await bench.work(await refund(bench.database, number, staff(), 500, "For the trouble"))
        await bench.work(await request_return(bench.database, number, shopper(), asked({COAT: 1}, "too_small")))
        (announced,) = (await bench.look(number)).returns
        arrived = Arrived(return_id=announced.id, pieces={COAT: 1}, restock=True)
        await bench.work(await receive(bench.database, number, staff(), arrived))
        await bench.work(await resend_receipt(bench.database, number, staff(), "Lost"))

    assert await gaps(bench) == []


async def test_a_withdrawal_has_no_gap_before_and_after_the_parcel(bench: Bench) -> None:
    for is_sent in (False, True):
        number = await new_order(bench, **CARD)
        if is_sent:
            await send(bench, number, {COAT: 2})
        await bench.work(await withdraw(bench.database, number, shopper(), now()))

    assert await gaps(bench) == []


async def test_a_declined_card_and_then_another_way_to_pay_has_no_gap(bench: Bench) -> None:
    tools = PayTools(database=bench.database, cards=bench.tools.gateways["card"])
    number = await new_order(bench, **DECLINED)
    await pay_by_card(tools, number, "http://localhost/orders")
    assert await gaps(bench) == []

    await bench.work((await pay_by_invoice(tools, number, "http://localhost/orders")).messages)

    assert (await bench.look(number)).order_status == "processing"
    assert await gaps(bench) == []
