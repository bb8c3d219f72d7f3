"""The attempts to pay an order, and what the provider told us."""

from dataclasses import dataclass

from shared.db import Connection, Statement, Variable


@dataclass(frozen=True, kw_only=True)
class NewAttempt:
    order_id: int | Variable
    attempt: int
    method: str
    token: str | None = None


@dataclass(frozen=True, kw_only=True)
class PaymentEvent:
    """A call of the provider; external_id is its own, for each event."""

    external_id: str
    order_id: int
    kind: str
    amount_cents: int


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """What the provider holds for us, as totals in cents."""

    provider_ref: str
    authorized_cents: int
    captured_cents: int


async def add_attempt(connection: Connection, new: NewAttempt) -> None:
    await connection.execute(*adding_attempt(new))


def adding_attempt(new: NewAttempt) -> Statement:
    return Statement(
        "INSERT INTO payments (order_id, attempt, method, token, created_at) VALUES (%s, %s, %s, %s, UTC_TIMESTAMP(6))",
        (new.order_id, new.attempt, new.method, new.token),
    )


async def note_checkout_url(connection: Connection, order_id: int, attempt: int, url: str) -> None:
    """Remember the provider's hosted page of an attempt."""
    await connection.execute(
        "UPDATE payments SET checkout_url = %s WHERE order_id = %s AND attempt = %s", (url, order_id, attempt)
    )


async def note_amounts(connection: Connection, order_id: int, attempt: int, amounts: Amounts) -> None:
    """Write what the provider answered. Amounts are its totals, so writing them twice changes nothing."""
    await connection.execute(
        "UPDATE payments SET provider_ref = %s, authorized_cents = %s, captured_cents = %s, failed_at = NULL, "
        "failure = NULL WHERE order_id = %s AND attempt = %s",
        (amounts.provider_ref, amounts.authorized_cents, amounts.captured_cents, order_id, attempt),
    )


async def note_failure(connection: Connection, order_id: int, attempt: int, why: str) -> bool:
    """Mark an attempt as failed; False if it was marked before."""
    return bool(
        await connection.execute(
            "UPDATE payments SET failed_at = UTC_TIMESTAMP(6), failure = %s "
            "WHERE order_id = %s AND attempt = %s AND failed_at IS NULL",
            (why[:200], order_id, attempt),
        )
    )


async def add_event(connection: Connection, event: PaymentEvent, source: str = "provider") -> bool:
    """Keep an event; False if we had it already. The caller holds the order's lock, so that none comes between."""
    if await is_event_known(connection, source, event.external_id):
        return False
    await connection.execute(
        "INSERT INTO payment_events (source, external_id, order_id, kind, amount_cents, at) "
        "VALUES (%s, %s, %s, %s, %s, UTC_TIMESTAMP(6))",
        (source, event.external_id, event.order_id, event.kind, event.amount_cents),
    )
    return True


async def change_method(connection: Connection, order_id: int, method: str, expires_after_s: int | None = None) -> None:
    """Note how an order is paid, and for one that had no end until when; None: it ends as before."""
    await connection.execute(
        "UPDATE orders SET payment_method = %s, "
        "expires_at = COALESCE(expires_at, UTC_TIMESTAMP(6) + INTERVAL %s SECOND) WHERE id = %s",
        (method, expires_after_s, order_id),
    )


async def lock_order(connection: Connection, number: str) -> int | None:
    """Lock an order's row, the first lock of every change of an order, and return its id; None if there is none."""
    row = await connection.row("SELECT id FROM orders WHERE number = %s FOR UPDATE", (number,))
    return int(row["id"]) if row else None


async def lock_order_by_id(connection: Connection, order_id: int) -> None:
    """Lock an order that the caller has read before.

    Raises:
        LookupError: it is gone meanwhile, as after a restored backup.
    """
    if await connection.row("SELECT id FROM orders WHERE id = %s FOR UPDATE", (order_id,)) is None:
        raise LookupError(f"the order with the id {order_id} is gone")


async def open_card_attempts(connection: Connection, order_id: int, *, unsettled_only: bool = False) -> list[int]:
    """Card attempts that may still hold money: neither refused, voided nor captured.

    Args:
        unsettled_only: leave out the one that pays for the order, whose provider_ref is noted.
    """
    rows = await connection.rows(
        "SELECT attempt FROM payments WHERE order_id = %s AND method = 'card' AND voided_at IS NULL "
        "AND failed_at IS NULL AND captured_cents = 0 AND (provider_ref IS NULL OR NOT %s) ORDER BY attempt LIMIT 100",
        (order_id, unsettled_only),
    )
    return [int(row["attempt"]) for row in rows]


async def note_captured(connection: Connection, order_id: int, attempt: int, captured_cents: int) -> None:
    """Write what the provider has captured in all; an older answer that comes later changes nothing."""
    await connection.execute(
        "UPDATE payments SET captured_cents = GREATEST(captured_cents, %s) WHERE order_id = %s AND attempt = %s",
        (captured_cents, order_id, attempt),
    )


async def add_refunded(connection: Connection, order_id: int, attempt: int, cents: int) -> None:
    """Add what was given back of an attempt, in the transaction that ends the payout's step."""
    await connection.execute(
        "UPDATE payments SET refunded_cents = refunded_cents + %s WHERE order_id = %s AND attempt = %s",
        (cents, order_id, attempt),
    )


async def note_voided(connection: Connection, order_id: int, attempt: int) -> None:
    await connection.execute(
        "UPDATE payments SET voided_at = COALESCE(voided_at, UTC_TIMESTAMP(6)) WHERE order_id = %s AND attempt = %s",
        (order_id, attempt),
    )


async def receive_transfer(connection: Connection, event: PaymentEvent, source: str) -> bool:
    """Add money that came by bank to the order's latest attempt by invoice; False if this was noted before."""
    if not await add_event(connection, event, source):
        return False
    await connection.execute(
        "UPDATE payments SET captured_cents = captured_cents + %s "
        "WHERE order_id = %s AND method = 'invoice' ORDER BY attempt DESC LIMIT 1",
        (event.amount_cents, event.order_id),
    )
    return True


async def is_event_known(connection: Connection, source: str, external_id: str) -> bool:
    return bool(
        await connection.row(
            "SELECT id FROM payment_events WHERE source = %s AND external_id = %s", (source, external_id)
        )
    )


async def has_money_event(connection: Connection, order_id: int) -> bool:
    """Whether the provider told of anything but a refused card: then only a person may end the order."""
    return bool(
        await connection.row(
            "SELECT id FROM payment_events WHERE order_id = %s AND kind NOT LIKE %s LIMIT 1", (order_id, "%declined")
        )
    )


async def is_closed(connection: Connection, order_id: int) -> bool:
    """Whether an order was canceled or expired; the caller holds its lock."""
    return bool(
        await connection.row(
            "SELECT id FROM orders WHERE id = %s AND (canceled_at IS NOT NULL OR expired_at IS NOT NULL)", (order_id,)
        )
    )


async def is_captured(connection: Connection, order_id: int, attempt: int) -> bool:
    """Whether a charge of an attempt is on our books; the caller holds the order's lock."""
    return bool(
        await connection.row(
            "SELECT id FROM payments WHERE order_id = %s AND attempt = %s AND captured_cents > 0", (order_id, attempt)
        )
    )
