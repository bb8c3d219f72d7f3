"""The step `payment`: find out how an order is paid, take the money, and let the order go on."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from shared import crash
from shared.db import Connection
from shared.gateway import Outcome, PaymentRefused
from shared.messages import Message
from shared.queries import payments
from shared.queries.order_view import OrderView, PaymentAttempt
from shared.queries.orders import order_by_id
from shared.queries.payments import Amounts, is_closed
from shared.queries.placing import insert_event
from shared.queries.steps import Claim
from shared.services.order_steps import NextSteps
from shared.services.payments import CLOSED, charge_key, charge_of, rederive
from workers.ledger import Done, Hopeless, NotOurTurn
from workers.money_steps import owe_late_charge
from workers.tools import Tools

logger = logging.getLogger(__name__)

LOOK_AGAIN_S, LOOK_SELDOM_S = 15.0, 900.0  # how often the provider is asked about a hosted payment: while new, later


async def settle_payment(tools: Tools, held: Claim) -> Done | NotOurTurn:
    async with tools.database.writer() as connection:
        order = await order_by_id(connection, held.order_id)
    if order.order_status in CLOSED:
        return Done(lambda connection: _give_up(connection, order))
    crash.here("payment.before_ask")
    try:
        attempt, outcome = await _ask(tools, order, held)
        crash.here("payment.after_ask")
        if outcome.status == "authorized":
            _check(order, outcome)
            crash.here("payment.after_authorize")
            outcome = await _capture(tools, order, attempt, outcome)
    except PaymentRefused as error:
        if await _was_closed_meanwhile(tools, held.order_id):
            return Done(lambda connection: _give_up(connection, order))
        raise Hopeless(str(error)) from error
    if outcome.status in ("authorized", "on_account"):
        return Done(lambda connection: _go_on(connection, order, attempt, outcome))
    again_after_s = LOOK_AGAIN_S if held.age_s < tools.settings.payment_expiry_s else LOOK_SELDOM_S
    if outcome.status == "declined" and attempt.failed_at is None:
        return NotOurTurn("declined", LOOK_SELDOM_S, lambda c: _tell_of_decline(c, order, attempt, outcome))
    if outcome.status == "declined":
        return NotOurTurn("declined", LOOK_SELDOM_S)
    return NotOurTurn("waits for payment", again_after_s, lambda c: _keep_page(c, order, attempt, outcome))


async def _was_closed_meanwhile(tools: Tools, order_id: int) -> bool:
    async with tools.database.writer() as connection:
        return await is_closed(connection, order_id)


async def _ask(tools: Tools, order: OrderView, held: Claim) -> tuple[PaymentAttempt, Outcome]:
    """The attempt that counts: one that brought money, else the latest."""
    for attempt in reversed(order.payments):
        if attempt.method == "card" and (attempt.failed_at is None or attempt is order.payments[-1]):
            is_latest = attempt is order.payments[-1]
            outcome = await _ask_provider(tools, order, attempt, may_charge=is_latest, first_time=held.attempt == 1)
            if outcome.status == "authorized" or is_latest:
                return attempt, outcome
    latest = order.payments[-1]
    return latest, await tools.gateways[latest.method].authorize(charge_of(order, ""), "")


async def _ask_provider(
    tools: Tools, order: OrderView, attempt: PaymentAttempt, *, may_charge: bool, first_time: bool
) -> Outcome:
    """A token is charged once: whoever is not the first asks by key before charging."""
    cards, key = tools.gateways["card"], charge_key(order, attempt)
    if attempt.token is None or not may_charge:
        was_sent = attempt.token or attempt.checkout_url
        return (await cards.look_up(key) if was_sent else None) or Outcome(status="pending")
    crash.here("payment.before_authorize")
    if first_time:
        return await cards.authorize(charge_of(order, key), attempt.token)
    return await cards.look_up(key) or await cards.authorize(charge_of(order, key), attempt.token)


def _check(order: OrderView, outcome: Outcome) -> None:
    if (outcome.order_number, outcome.amount_cents, outcome.currency) != (
        order.number,
        order.total_cents,
        order.currency,
    ):
        raise Hopeless("the provider authorized something else than this order's total")


async def _capture(tools: Tools, order: OrderView, attempt: PaymentAttempt, authorized: Outcome) -> Outcome:
    if tools.settings.payment_capture != "processing" or authorized.captured_cents >= order.total_cents:
        return authorized
    assert authorized.provider_ref is not None
    key = f"{order.number}:{attempt.attempt}:capture"
    crash.here("payment.before_capture")
    captured = await tools.gateways["card"].capture(key, authorized.provider_ref, order.total_cents)
    crash.here("payment.after_capture")
    return replace(authorized, captured_cents=captured.captured_cents)


async def _go_on(
    connection: Connection, order: OrderView, attempt: PaymentAttempt, outcome: Outcome
) -> Sequence[Message]:
    """The order goes on, unless it was closed while we asked: then the money goes back."""
    following = NextSteps(connection, order.id, order.number)
    if await is_closed(connection, order.id):
        if outcome.captured_cents:
            return await owe_late_charge(connection, order, attempt, outcome)
        if outcome.provider_ref is not None:
            await following.ask_again("void", attempt.attempt)
        return following.messages
    if outcome.provider_ref is not None:
        amounts = Amounts(
            provider_ref=outcome.provider_ref,
            authorized_cents=outcome.amount_cents,
            captured_cents=outcome.captured_cents,
        )
        await payments.note_amounts(connection, order.id, attempt.attempt, amounts)
        await insert_event(connection, order.id, "payment.captured" if outcome.captured_cents else "payment.authorized")
    await payments.change_method(connection, order.id, attempt.method)
    await rederive(connection, order.id)
    await insert_event(connection, order.id, "order.processing")
    await following.add("invoice")
    for other in await payments.open_card_attempts(connection, order.id, unsettled_only=True):
        await following.ask_again("void", other)
    crash.here("payment.before_commit")
    return following.messages


async def _tell_of_decline(
    connection: Connection, order: OrderView, attempt: PaymentAttempt, outcome: Outcome
) -> Sequence[Message]:
    if await is_closed(connection, order.id):
        return ()
    if not await payments.note_failure(connection, order.id, attempt.attempt, outcome.reason or "declined"):
        return ()
    await rederive(connection, order.id)
    await insert_event(connection, order.id, "payment.declined")
    following = NextSteps(connection, order.id, order.number)
    await following.add("mail_payment_failed", attempt.attempt)
    crash.here("payment.before_decline_commit")
    return following.messages


async def _keep_page(
    connection: Connection, order: OrderView, attempt: PaymentAttempt, outcome: Outcome
) -> Sequence[Message]:
    """3-D Secure: the buyer must confirm on the provider's page."""
    if outcome.url and attempt.checkout_url is None:
        await payments.note_checkout_url(connection, order.id, attempt.attempt, outcome.url)
        crash.here("payment.before_page_commit")
    return ()


async def _give_up(connection: Connection, order: OrderView) -> Sequence[Message]:
    """The order was closed before it was paid: whatever a card attempt holds is let go."""
    following = NextSteps(connection, order.id, order.number)
    for attempt in await payments.open_card_attempts(connection, order.id):
        await following.ask_again("void", attempt)
    return following.messages
