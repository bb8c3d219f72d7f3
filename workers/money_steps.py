"""The steps that move money after an order was settled: `capture` for a parcel, `void` of an attempt, `refund`.

Every call carries a key of its own, and whoever is not the first asks by that key before calling again.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from shared import crash
from shared.db import Connection
from shared.domain.canceling import give_back
from shared.domain.money import euros
from shared.gateway import Outcome, PaymentGateway, PaymentRefused
from shared.messages import Message
from shared.queries import payments, refunds
from shared.queries.attention import note_attention
from shared.queries.order_view import OrderView, PaymentAttempt
from shared.queries.orders import order_by_id
from shared.queries.payments import Amounts
from shared.queries.placing import insert_event
from shared.queries.refunds import Refund
from shared.queries.steps import Claim
from shared.services.cancellation import follow_credit
from shared.services.order_commands import SHOP, take_turn
from shared.services.order_steps import NextSteps
from shared.services.payments import CLOSED, charge_key, rederive
from workers.ledger import Done, Hopeless, NotOurTurn, nothing
from workers.tools import Tools

LOOK_SELDOM_S = 900.0
PAGE_LIFE_S = 24 * 3600.0  # how long a hosted page that was given up may still be paid
WAIT_FOR_CAPTURE_S = 10.0
WAIT_FOR_PAYOUT_S = 2.0


async def capture_parcel(tools: Tools, held: Claim) -> Done:
    """Take the money for a parcel that has left; ref is the shipment."""
    async with tools.database.writer() as connection:
        order = await order_by_id(connection, held.order_id)
    amount_cents = next(parcel.capture_cents for parcel in order.parcels if parcel.id == held.ref)
    attempt, provider_ref = _paying(order)
    key = f"{order.number}:{attempt.attempt}:capture-{held.ref}"
    cards = tools.gateways["card"]
    crash.here("capture.before_call")
    outcome = await _once(cards, key, held, lambda: cards.capture(key, provider_ref, amount_cents))
    crash.here("capture.after_call")

    async def write(connection: Connection) -> Sequence[Message]:
        await payments.note_captured(connection, order.id, attempt.attempt, outcome.captured_cents)
        await insert_event(connection, order.id, "payment.captured", why=euros(amount_cents))
        await rederive(connection, order.id)
        return ()

    return Done(write)


async def let_attempt_go(tools: Tools, held: Claim) -> Done | NotOurTurn:
    """Give back what an attempt holds that nobody needs; ref is the attempt.

    A hosted page that was left open may be paid a day later, so the provider is asked until then.
    """
    async with tools.database.writer() as connection:
        order = await order_by_id(connection, held.order_id)
    attempt = next(each for each in order.payments if each.attempt == held.ref)
    cards = tools.gateways["card"]
    found = await cards.look_up(charge_key(order, attempt))
    key = f"{order.number}:{attempt.attempt}:void"
    if found and found.provider_ref and attempt.voided_at is None and await _was_voided(cards, key, held):
        return Done(lambda connection: _note_void(connection, order, attempt, found))
    if found is None or found.status != "authorized":
        is_over = found is None or found.status == "declined" or held.age_s > PAGE_LIFE_S
        return Done(nothing) if is_over else NotOurTurn("was left open", LOOK_SELDOM_S)
    if found.captured_cents:
        return Done(lambda connection: owe_late_charge(connection, order, attempt, found))
    assert found.provider_ref is not None
    provider_ref = found.provider_ref
    crash.here("void.before_call")
    try:
        await _once(cards, key, held, lambda: cards.void(key, provider_ref))
    except Hopeless:
        now = await cards.look_up(charge_key(order, attempt))
        if now is None or now == found:
            raise
        return NotOurTurn("was charged while it was let go", WAIT_FOR_CAPTURE_S)
    crash.here("void.after_call")
    return Done(lambda connection: _note_void(connection, order, attempt, found))


async def _was_voided(cards: PaymentGateway, key: str, held: Claim) -> bool:
    return held.attempt > 1 and await cards.look_up(key) is not None


async def pay_out(tools: Tools, held: Claim) -> Done | NotOurTurn:
    """Give a refund's money back: to the card, or by a person's bank transfer; ref is the refund."""
    async with tools.database.writer() as connection:
        order = await order_by_id(connection, held.order_id)
        refund = await refunds.get_refund(connection, order.id, held.ref)
        is_first = await refunds.is_oldest_payout(connection, order.id, held.ref)
    if refund.is_done:
        return Done(nothing)
    if not is_first:
        return NotOurTurn("waits for the payout before it", WAIT_FOR_PAYOUT_S)
    portions = _portions(order, refund.credit.payout_cents)
    if portions is None:
        _check_capture(order)
        return NotOurTurn("waits until the card was charged", WAIT_FOR_CAPTURE_S)
    for portion in portions:
        if portion.attempt.method == "card":
            await _give_back(tools, order, held, portion)
    return Done(lambda connection: _note_payout(connection, order, refund, portions))


def _check_capture(order: OrderView) -> None:
    if any(step.step == "capture" and step.state == "dead" for step in order.steps):
        raise Hopeless("what is to go back was never charged, as the capture was given up")


@dataclass(frozen=True)
class Portion:
    """A part of a payout that goes back the way one attempt brought it."""

    attempt: PaymentAttempt
    cents: int


def _portions(order: OrderView, payout_cents: int) -> list[Portion] | None:
    """Share a payout over the attempts that brought money; None while less has come in than is to go out."""
    found, left = [], payout_cents
    for attempt in order.payments:
        cents = min(left, attempt.captured_cents - attempt.refunded_cents)
        if cents > 0:
            found.append(Portion(attempt, cents))
            left -= cents
    return None if left else found


async def _give_back(tools: Tools, order: OrderView, held: Claim, portion: Portion) -> None:
    cards, provider_ref = tools.gateways["card"], portion.attempt.provider_ref
    assert provider_ref is not None
    key = f"{order.number}:{portion.attempt.attempt}:refund-{held.ref}"
    crash.here("refund.before_call")
    await _once(cards, key, held, lambda: cards.refund(key, provider_ref, portion.cents))
    crash.here("refund.after_call")


async def _note_payout(
    connection: Connection, order: OrderView, refund: Refund, portions: Sequence[Portion]
) -> Sequence[Message]:
    for portion in portions:
        await payments.add_refunded(connection, order.id, portion.attempt.attempt, portion.cents)
    await refunds.note_paid_out(connection, refund.credit.id)
    await insert_event(connection, order.id, "payment.refunded", why=euros(refund.credit.payout_cents))
    by_transfer = sum(portion.cents for portion in portions if portion.attempt.method != "card")
    if by_transfer:
        await note_attention(connection, order.id, f"Transfer {euros(by_transfer)} back to the buyer's account.")
    await rederive(connection, order.id)
    return ()


async def _note_void(
    connection: Connection, order: OrderView, attempt: PaymentAttempt, found: Outcome
) -> Sequence[Message]:
    assert found.provider_ref is not None
    amounts = Amounts(provider_ref=found.provider_ref, authorized_cents=found.amount_cents, captured_cents=0)
    await payments.note_amounts(connection, order.id, attempt.attempt, amounts)
    await payments.note_voided(connection, order.id, attempt.attempt)
    await insert_event(connection, order.id, "payment.voided", why=euros(found.amount_cents))
    await rederive(connection, order.id)
    steps = NextSteps(connection, order.id, order.number)
    if order.order_status in CLOSED and attempt.provider_ref is None:
        await steps.add("mail_late_payment", attempt.attempt)
    return steps.messages


async def owe_late_charge(
    connection: Connection, order: OrderView, attempt: PaymentAttempt, found: Outcome
) -> Sequence[Message]:
    """Note what was charged on an order that is closed, and that it goes back; once."""
    assert found.provider_ref is not None
    if await payments.is_captured(connection, order.id, attempt.attempt):
        return ()
    amounts = Amounts(
        provider_ref=found.provider_ref,
        authorized_cents=found.amount_cents,
        captured_cents=found.captured_cents,
    )
    await payments.note_amounts(connection, order.id, attempt.attempt, amounts)
    turn = await take_turn(connection, order.id, SHOP)
    after = give_back(turn.book, found.captured_cents, "Paid after the order was closed")
    await follow_credit(turn, after, await turn.write(after))
    await turn.tell("payment.late", euros(found.captured_cents))
    await turn.steps.add("mail_late_payment", attempt.attempt)
    return turn.steps.messages


async def _once(cards: PaymentGateway, key: str, held: Claim, call: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """Make a call, unless an earlier try of this step was heard.

    Raises:
        Hopeless: the provider will never do it.
        PaymentUnsure: no answer; the next try asks.
    """
    try:
        found = await cards.look_up(key) if held.attempt > 1 else None
        return found or await call()
    except PaymentRefused as error:
        raise Hopeless(str(error)) from error


def _paying(order: OrderView) -> tuple[PaymentAttempt, str]:
    for attempt in reversed(order.payments):
        if attempt.provider_ref is not None and attempt.voided_at is None:
            return attempt, attempt.provider_ref
    raise Hopeless("no authorised payment is there to capture")
