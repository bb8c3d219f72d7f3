"""Paying an order: what follows from money, another try, and what the provider tells us.

No call to the provider is made inside a transaction. What it calls back is only a hint: the worker asks it by key.
"""

from dataclasses import dataclass, replace

from shared.db import Connection, Database
from shared.domain.statuses import OrderStatus
from shared.errors import Conflict, NotFound, Unavailable
from shared.gateway import Charge, Outcome, PaymentGateway, PaymentRefused, PaymentUnsure
from shared.messages import Message
from shared.queries import payments, steps
from shared.queries.order_view import OrderView, PaymentAttempt
from shared.queries.orders import order_by_id, order_by_number
from shared.queries.payments import NewAttempt, PaymentEvent
from shared.queries.placing import insert_event
from shared.services.order_commands import SHOP, take_turn
from shared.services.order_steps import NextSteps

STEP = "payment"
CLOSED = frozenset({OrderStatus.CANCELED, OrderStatus.EXPIRED})


async def rederive(connection: Connection, order_id: int) -> None:
    """Derive every status anew after the money or the payment step changed."""
    turn = await take_turn(connection, order_id, SHOP)
    await turn.write(turn.book)


def charge_key(order: OrderView, attempt: PaymentAttempt) -> str:
    """The key under which the provider knows an attempt to pay by card."""
    return (
        session_key(order, attempt.attempt) if attempt.token is None else f"{order.number}:{attempt.attempt}:authorize"
    )


def session_key(order: OrderView, attempt: int) -> str:
    return f"{order.number}:{attempt}:session"


def charge_of(order: OrderView, key: str) -> Charge:
    return Charge(key, order.number, order.total_cents, order.currency)


def is_settled(order: OrderView) -> bool:
    """Whether the payment step is done, so that nobody can pay it once more."""
    return any(step.step == STEP and step.state == "done" for step in order.steps)


@dataclass(frozen=True, kw_only=True)
class PayAgain:
    """Where the buyer goes on (the provider's page, or back to the order), and the messages to send now."""

    url: str
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PayTools:
    """expiry_s: how long an order that is to be paid by card waits for it."""

    database: Database
    cards: PaymentGateway
    expiry_s: int = 3600


async def pay_by_invoice(tools: PayTools, number: str, return_url: str) -> PayAgain:
    """Change an unpaid order to "by invoice" and let it go on.

    Raises:
        NotFound; Conflict: it is paid, or on its way.
    """

    async def change(connection: Connection) -> Message | None:
        order = await _locked(connection, number)
        if order.payments[-1].method != "invoice":
            await _new_attempt(connection, order, "invoice")
        return await steps.wake(connection, order.id, STEP)

    message = await tools.database.retrying(change)
    return PayAgain(url=return_url, messages=(message,) if message else ())


async def pay_by_card(tools: PayTools, number: str, return_url: str) -> PayAgain:
    """Open the provider's hosted page for an unpaid order; the same attempt gives the same page again.

    Raises:
        NotFound; Conflict: it is paid, or on its way; Unavailable: the provider does not answer.
    """
    try:
        ended = await _has_ended(tools, number)
        order, attempt = await tools.database.retrying(
            lambda connection: _card_attempt(connection, number, ended, tools.expiry_s)
        )
        url = await tools.cards.open_session(charge_of(order, session_key(order, attempt)), return_url)
    except (PaymentUnsure, PaymentRefused) as error:
        raise Unavailable("The card provider does not answer just now. Your order is kept.", 10) from error
    async with tools.database.writer() as connection:
        await payments.note_checkout_url(connection, order.id, attempt, url)
    return PayAgain(url=url)


async def _has_ended(tools: PayTools, number: str) -> bool:
    """Whether the latest hosted page was given up by the buyer, which the provider knows before we do."""
    async with tools.database.writer() as connection:
        order = await order_by_number(connection, number)
    latest = order.payments[-1]
    if latest.checkout_url is None:
        return False
    outcome: Outcome | None = await tools.cards.look_up(session_key(order, latest.attempt))
    return outcome is not None and outcome.status == "declined"


async def _card_attempt(connection: Connection, number: str, ended: bool, expiry_s: int) -> tuple[OrderView, int]:
    order = await _locked(connection, number)
    latest = order.payments[-1]
    if _is_open(latest) and not ended:
        return order, latest.attempt
    return order, await _new_attempt(connection, order, "card", expiry_s)


def _is_open(attempt: PaymentAttempt) -> bool:
    return attempt.method == "card" and attempt.token is None and attempt.failed_at is None


async def _locked(connection: Connection, number: str) -> OrderView:
    order_id = await payments.lock_order(connection, number)
    if order_id is None:
        raise NotFound("There is no such order.")
    order = await order_by_id(connection, order_id)
    if order.order_status in CLOSED:
        raise Conflict("This order is closed: nothing can be paid any more.")
    if is_settled(order):
        raise Conflict("This order is settled already: nothing is left to pay here.")
    return order


async def _new_attempt(
    connection: Connection, order: OrderView, method: str, expires_after_s: int | None = None
) -> int:
    attempt = order.payments[-1].attempt + 1
    await payments.add_attempt(connection, NewAttempt(order_id=order.id, attempt=attempt, method=method))
    await payments.change_method(connection, order.id, method, expires_after_s)
    await insert_event(connection, order.id, f"payment.tried_by_{method}")
    await rederive(connection, order.id)
    return attempt


async def note_callback(database: Database, event: PaymentEvent, number: str, key: str = "") -> Message | None:
    """Keep what the provider called back with, once, and wake the step that asks the provider itself.

    Args:
        key: of the provider's operation, NUMBER:attempt:verb; tells a late payment from the one that counts.
    Returns:
        The message to send now; None when the order is unknown, or nothing is open.
    """

    async def keep(connection: Connection) -> Message | None:
        order_id = await payments.lock_order(connection, number)
        if order_id is None:
            return None
        if not await payments.add_event(connection, replace(event, order_id=order_id)):
            return None
        awake = await steps.wake(connection, order_id, STEP)
        if awake is None and await steps.is_dead(connection, order_id, STEP):
            awake = await steps.reopen(connection, order_id, STEP, 0)
        return awake or await _look_at_late(connection, order_id, number, key)

    return await database.retrying(keep)


async def _look_at_late(connection: Connection, order_id: int, number: str, key: str) -> Message | None:
    """If the payment is settled or given up and another attempt was authorised after all, that one is let go.

    While the payment step runs, the event is most likely about the very attempt that it settles just now.
    """
    if not await steps.is_over(connection, order_id, STEP):
        return None
    attempt = _attempt_in(key, number)
    if attempt not in await payments.open_card_attempts(connection, order_id, unsettled_only=True):
        return None
    following = NextSteps(connection, order_id, number)
    await following.ask_again("void", attempt)
    return following.messages[0] if following.messages else None


def _attempt_in(key: str, number: str) -> int:
    parts = key.split(":")
    return int(parts[1]) if len(parts) == 3 and parts[0] == number and parts[1].isdecimal() and len(parts[1]) < 6 else 0
