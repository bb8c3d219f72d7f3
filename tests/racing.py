"""A provider as strict as the real one, and what comes between two moments of an order's life."""

from collections.abc import Awaitable, Callable
from typing import Any

from shared.gateway import Charge, Outcome, PaymentRefused
from shared.messages import Message
from shared.queries.payments import PaymentEvent
from shared.services.fulfillment import ShipmentRequest, pack, ship
from shared.services.payments import note_callback
from tests.factories import add_variant
from tests.orders_at_work import Bench, staff

SKU = "WC14-NAV-M"
BACK = "http://localhost/orders"
TOKEN: dict[str, Any] = {"payment_method": "card", "payment_token": "tok_success"}


def strict(bench: Bench) -> None:
    """The provider refuses what the real one refuses."""
    cards, void, capture, give = bench.cards, bench.cards.void, bench.cards.capture, bench.cards.refund

    async def strict_void(key: str, ref: str) -> Outcome:
        if key not in cards.operations and cards._now(ref).captured_cents:
            raise PaymentRefused("Money was captured; it can only be refunded.")
        return await void(key, ref)

    async def strict_capture(key: str, ref: str, cents: int) -> Outcome:
        now = cards._now(ref)
        if key not in cards.operations and (
            now.status != "authorized" or now.captured_cents + cents > now.amount_cents
        ):
            raise PaymentRefused("only an authorized one is captured")
        return await capture(key, ref, cents)

    async def strict_refund(key: str, ref: str, cents: int) -> Outcome:
        now = cards._now(ref)
        if key not in cards.operations and now.captured_cents - now.refunded_cents < cents:
            raise PaymentRefused("less was captured")
        return await give(key, ref, cents)

    cards.void, cards.capture, cards.refund = strict_void, strict_capture, strict_refund  # type: ignore[method-assign,assignment]


async def after_call(bench: Bench, name: str, then: Callable[[], Awaitable[None]], key_part: str = "") -> None:
    """Let something happen right after the provider's first such call, before we have its answer."""
    call, is_first = getattr(bench.cards, name), [True]

    async def wrapped(first: Any, *rest: Any) -> Any:
        outcome = await call(first, *rest)
        key = first.key if isinstance(first, Charge) else first
        if is_first[0] and key_part in key:
            is_first[0] = False
            await then()
        return outcome

    setattr(bench.cards, name, wrapped)


async def card_order(bench: Bench, pieces: int = 2, **how: Any) -> str:
    await add_variant(bench.database, sku=SKU, price_cents=10000)
    return await bench.order({SKU: pieces}, **(how or TOKEN))


async def callback(bench: Bench, number: str, verb: str = "authorize", kind: str = "authorization.succeeded") -> None:
    event = PaymentEvent(external_id=f"evt_{verb}", order_id=0, kind=kind, amount_cents=20000)
    message = await note_callback(bench.database, event, number, f"{number}:1:{verb}")
    bench.publisher.announce_soon([message] if message else [])


async def send(bench: Bench, number: str, pieces: int) -> None:
    await pack(bench.database, number, staff(), {SKU: pieces})
    request = ShipmentRequest(pieces={SKU: pieces})
    await bench.work(await ship(bench.database, number, staff(), request, capture_at_shipment=True))


async def announce_open(bench: Bench) -> None:
    """What the sweep does."""
    await bench.make_due()
    async with bench.database.writer() as connection:
        rows = await connection.rows(
            "SELECT s.id, o.queue, o.task FROM steps s JOIN outbox o ON o.step_id = s.id WHERE s.state NOT IN "
            "('done', 'dead') ORDER BY s.id LIMIT 100"
        )
    await bench.work(tuple(Message(row["queue"], row["task"], row["id"]) for row in rows))


async def step(bench: Bench, name: str) -> dict[str, Any]:
    async with bench.database.writer() as connection:
        row = await connection.row("SELECT id, state, error FROM steps WHERE step = %s", (name,))
    assert row is not None
    return dict(row)


async def let_time_pass(bench: Bench, interval: str) -> None:
    async with bench.database.writer() as connection:
        await connection.execute(
            f"UPDATE orders SET placed_at = placed_at - INTERVAL {interval}, "  # noqa: S608
            f"expires_at = expires_at - INTERVAL {interval}"
        )


def pays_on_page(bench: Bench, number: str) -> None:
    charge = Charge(f"{number}:1:session", number, 20000, "EUR")
    bench.cards.operations[charge.key] = bench.cards.outcome_of(charge, "authorized")
