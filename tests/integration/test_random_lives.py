"""Random commands on real orders: what the database holds afterwards is what the pure rules say, and stock adds up."""

import random

import pytest

from shared.domain import canceling, fulfilling, returning
from shared.domain.book import Book, Parcel, changed
from shared.errors import ShopError
from shared.queries.book import lock_book
from shared.services import cancellation, fulfillment, incoming, returns
from tests.factories import add_variant
from tests.orders_at_work import Bench, asked, now, shopper, staff

SKUS = ("WC14-NAV-M", "WC14-NAV-S")
COMMANDS = ("pack", "pack", "ship", "ship", "deliver", "cancel", "refund", "request", "receive", "pay", "withdraw")
STEPS = 14


async def book_of(bench: Bench, number: str) -> Book:
    order = await bench.look(number)
    async with bench.database.transaction() as connection:
        return (await lock_book(connection, order.id)).book


class Life:
    """One order, tried with commands by chance; each is asked of the rules first, then carried out for real."""

    def __init__(self, bench: Bench, number: str, chance: random.Random) -> None:
        self.bench, self.number, self.chance = bench, number, chance
        self.accepted = 0

    async def step(self) -> None:
        before = await book_of(self.bench, self.number)
        command = self.chance.choice(COMMANDS)
        pieces = {sku: self.chance.randint(1, 2) for sku in SKUS if self.chance.random() < 0.6}
        ids = [*(each.id for each in before.parcels), *(each.id for each in before.returns)]
        ref = self.chance.choice(ids or [0])
        amount = self.chance.randint(1, 9000)
        try:
            expected = self._rule(command, before, pieces, ref, amount)
        except ShopError as refused:
            with pytest.raises(type(refused)):
                await self._carry_out(command, pieces, ref, amount)
            assert await book_of(self.bench, self.number) == before
            return
        await self._carry_out(command, pieces, ref, amount)
        _assert_same(await book_of(self.bench, self.number), expected)
        self.accepted += 1

    def _rule(self, command: str, book: Book, pieces: dict[str, int], ref: int, amount: int) -> Book:
        rules = {
            "pack": lambda: fulfilling.pack(book, pieces),
            "ship": lambda: fulfilling.ship(book, Parcel(pieces=pieces), capture_at_shipment=False),
            "deliver": lambda: fulfilling.deliver(book, ref),
            "cancel": lambda: canceling.cancel(book, pieces, "Not wanted"),
            "refund": lambda: canceling.refund(book, amount, "Sorry"),
            "request": lambda: returning.request_return(book, pieces, "damaged"),
            "receive": lambda: returning.receive(book, ref, pieces),
            "pay": lambda: canceling.record_payment(book, amount),
            "withdraw": lambda: returning.withdraw(book),
        }
        return changed(book, rules[command]())

    async def _carry_out(self, command: str, pieces: dict[str, int], ref: int, amount: int) -> None:
        database, number = self.bench.database, self.number
        request = fulfillment.ShipmentRequest(pieces=pieces)
        arrived = returns.Arrived(return_id=ref, pieces=pieces, restock=True)
        calls = {
            "pack": lambda: fulfillment.pack(database, number, staff(), pieces),
            "ship": lambda: fulfillment.ship(database, number, staff(), request, capture_at_shipment=False),
            "deliver": lambda: fulfillment.deliver(database, number, staff(), ref),
            "cancel": lambda: cancellation.cancel(database, number, staff(), pieces, "Not wanted"),
            "refund": lambda: cancellation.refund(database, number, staff(), amount, "Sorry"),
            "request": lambda: returns.request_return(database, number, shopper(), asked(pieces, "damaged")),
            "receive": lambda: returns.receive(database, number, staff(), arrived),
            "pay": lambda: incoming.record_payment(database, number, staff(), amount, ""),
            "withdraw": lambda: returns.withdraw(database, number, shopper(), now()),
        }
        await calls[command]()


def _assert_same(ours: Book, expected: Book) -> None:
    """All but the ids that the database gave to what is new."""
    assert ours.lines == expected.lines
    assert ours.till == expected.till
    assert [(each.pieces, each.delivered) for each in ours.parcels] == [
        (each.pieces, each.delivered) for each in expected.parcels
    ]
    assert [(each.pieces, each.received) for each in ours.returns] == [
        (each.pieces, each.received) for each in expected.returns
    ]
    assert [(each.credit_cents, each.payout_cents, each.vat) for each in ours.credits] == [
        (each.credit_cents, each.payout_cents, each.vat) for each in expected.credits
    ]
    assert (ours.canceled, ours.completed) == (expected.canceled, expected.completed)


async def assert_stock_adds_up(bench: Bench) -> None:
    async with bench.database.writer() as connection:
        rows = await connection.rows(
            "SELECT v.sku, v.stock, 20 + COALESCE(SUM(m.delta), 0) AS ledger FROM variants v "
            "LEFT JOIN stock_moves m ON m.sku = v.sku GROUP BY v.sku, v.stock"
        )
    assert [row["stock"] for row in rows] == [int(row["ledger"]) for row in rows]


@pytest.mark.parametrize("seed", range(12))
async def test_the_database_holds_what_the_rules_say_whatever_is_tried(bench: Bench, seed: int) -> None:
    chance = random.Random(seed)
    for sku in SKUS:
        await add_variant(bench.database, sku=sku, stock=20, price_cents=5995)
    number = await bench.order(dict.fromkeys(SKUS, 3))
    await bench.work()
    life = Life(bench, number, chance)

    for _ in range(STEPS):
        await life.step()

    assert life.accepted > 0
    await assert_stock_adds_up(bench)
