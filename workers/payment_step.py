"""The step `payment`: find out how an order is paid, take the money, and let the order go on."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from shared.db import Connection
from shared.gateway import Outcome, PaymentRefused
from shared.messages import DOCUMENTS, MAKE_INVOICE, SEND_MAIL, Message
from shared.queries import payments
from shared.queries.order_view import OrderView, PaymentAttempt
from shared.queries.orders import order_by_id
from shared.queries.payments import Amounts
from shared.queries.placing import insert_event
from shared.queries.steps import Claim, NewStep, add_step
from shared.services.payments import charge_of, derive_statuses, session_key
from workers.ledger import Done, Hopeless, NotOurTurn, headers
from workers.tools import Tools

logger = logging.getLogger(__name__)

LOOK_AGAIN_S, LOOK_SELDOM_S = 15.0, 900.0  # how often the provider is asked about a hosted payment: while new, later


async def settle_payment(tools: Tools, held: Claim) -> Done | NotOurTurn:
    async with tools.database.writer() as connection:
        order = await order_by_id(connection, held.order_id)
    try:
        attempt, outcome = await _ask(tools, order, held)
        if outcome.status == "authorized":
            _check(order, outcome)
            outcome = await _capture(tools, order, attempt, outcome)
    except PaymentRefused as error:
        raise Hopeless(str(error)) from error
    if outcome.status in ("authorized", "on_account"):
        return Done(lambda connection: _go_on(connection, order, attempt, outcome))
    again_after_s = LOOK_AGAIN_S if held.age_s < tools.settings.payment_expiry_s else LOOK_SELDOM_S
    if outcome.status == "declined" and attempt.failed_at is None:
        return NotOurTurn("declined", LOOK_SELDOM_S, lambda c: _tell_of_decline(c, order, attempt, outcome))
    if outcome.status == "declined":
        return NotOurTurn("declined", LOOK_SELDOM_S)
    return NotOurTurn("waits for payment", again_after_s, lambda c: _keep_page(c, order, attempt, outcome))


async def _ask(tools: Tools, order: OrderView, held: Claim) -> tuple[PaymentAttempt, Outcome]:
    """The attempt that counts: one that brought money, else the latest."""
    for attempt in reversed(order.payments):
        if attempt.method == "card" and (attempt.failed_at is None or attempt is order.payments[-1]):
            outcome = await _ask_provider(tools, order, attempt, first_time=held.attempt == 1)
            if outcome.status == "authorized" or attempt is order.payments[-1]:
                return attempt, outcome
    latest = order.payments[-1]
    return latest, await tools.gateways[latest.method].authorize(charge_of(order, ""), "")


async def _ask_provider(tools: Tools, order: OrderView, attempt: PaymentAttempt, *, first_time: bool) -> Outcome:
    """A token is charged once: whoever is not the first asks by key before charging."""
    cards = tools.gateways["card"]
    if attempt.token is None:
        found = await cards.look_up(session_key(order, attempt.attempt)) if attempt.checkout_url else None
        return found or Outcome(status="pending")
    key = f"{order.number}:{attempt.attempt}:authorize"
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
    captured = await tools.gateways["card"].capture(key, authorized.provider_ref, order.total_cents)
    return replace(authorized, captured_cents=captured.captured_cents)


async def _go_on(
    connection: Connection, order: OrderView, attempt: PaymentAttempt, outcome: Outcome
) -> Sequence[Message]:
    if outcome.provider_ref is not None:
        amounts = Amounts(
            provider_ref=outcome.provider_ref,
            authorized_cents=outcome.amount_cents,
            captured_cents=outcome.captured_cents,
        )
        await payments.note_amounts(connection, order.id, attempt.attempt, amounts)
        await payments.change_method(connection, order.id, attempt.method)
        await insert_event(connection, order.id, "payment.captured" if outcome.captured_cents else "payment.authorized")
    await derive_statuses(connection, order.id, settled=True)
    await insert_event(connection, order.id, "order.processing")
    step = NewStep(order_id=order.id, step="invoice", queue=DOCUMENTS, task=MAKE_INVOICE)
    return [await add_step(connection, step, headers(order.number))]


async def _tell_of_decline(
    connection: Connection, order: OrderView, attempt: PaymentAttempt, outcome: Outcome
) -> Sequence[Message]:
    if not await payments.note_failure(connection, order.id, attempt.attempt, outcome.reason or "declined"):
        return ()
    await derive_statuses(connection, order.id, settled=False)
    await insert_event(connection, order.id, "payment.declined")
    step = NewStep(order_id=order.id, step="mail_payment_failed", ref=attempt.attempt, queue=DOCUMENTS, task=SEND_MAIL)
    return [await add_step(connection, step, headers(order.number))]


async def _keep_page(
    connection: Connection, order: OrderView, attempt: PaymentAttempt, outcome: Outcome
) -> Sequence[Message]:
    """3-D Secure: the buyer must confirm on the provider's page."""
    if outcome.url and attempt.checkout_url is None:
        await payments.note_checkout_url(connection, order.id, attempt.attempt, outcome.url)
    return ()
