"""The attempts to pay an order, and what the provider told us."""

from dataclasses import dataclass

from shared.db import Connection


@dataclass(frozen=True, kw_only=True)
class NewAttempt:
    order_id: int
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
    await connection.execute(
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


async def add_event(connection: Connection, event: PaymentEvent) -> bool:
    """Keep an event; False if we had it already. The caller holds the order's lock, so that none comes between."""
    known = await connection.row(
        "SELECT id FROM payment_events WHERE source = 'provider' AND external_id = %s", (event.external_id,)
    )
    if known:
        return False
    await connection.execute(
        "INSERT INTO payment_events (source, external_id, order_id, kind, amount_cents, at) "
        "VALUES ('provider', %s, %s, %s, %s, UTC_TIMESTAMP(6))",
        (event.external_id, event.order_id, event.kind, event.amount_cents),
    )
    return True


async def settle_status(connection: Connection, order_id: int, payment_status: str, order_status: str) -> None:
    """Write the two statuses that follow from money; the caller derived them under the order's lock."""
    await connection.execute(
        "UPDATE orders SET payment_status = %s, order_status = %s WHERE id = %s",
        (payment_status, order_status, order_id),
    )


async def change_method(connection: Connection, order_id: int, method: str) -> None:
    await connection.execute("UPDATE orders SET payment_method = %s WHERE id = %s", (method, order_id))


async def lock_order(connection: Connection, number: str) -> int | None:
    """Lock an order's row, the first lock of every change of an order, and return its id; None if there is none."""
    row = await connection.row("SELECT id FROM orders WHERE number = %s FOR UPDATE", (number,))
    return int(row["id"]) if row else None


@dataclass(frozen=True, kw_only=True)
class MoneyRow:
    """The sums over an order's payments in cents, read under the order's lock."""

    due_cents: int
    authorized_cents: int
    captured_cents: int
    refunded_cents: int
    last_method: str
    last_voided: bool
    last_failed: bool


async def money_of(connection: Connection, order_id: int) -> MoneyRow:
    """Lock the order and add up its payments."""
    order = await connection.row("SELECT due_cents FROM orders WHERE id = %s FOR UPDATE", (order_id,))
    sums = await connection.row(
        "SELECT COALESCE(SUM(IF(voided_at IS NULL, authorized_cents - captured_cents, 0)), 0) AS authorized_cents, "
        "COALESCE(SUM(captured_cents), 0) AS captured_cents, COALESCE(SUM(refunded_cents), 0) AS refunded_cents "
        "FROM payments WHERE order_id = %s",
        (order_id,),
    )
    last = await connection.row(
        "SELECT method AS last_method, voided_at IS NOT NULL AS last_voided, failed_at IS NOT NULL AS last_failed "
        "FROM payments WHERE order_id = %s ORDER BY attempt DESC LIMIT 1",
        (order_id,),
    )
    assert order is not None
    assert sums is not None
    assert last is not None
    money = {name: int(value) for name, value in (order | sums).items()}
    return MoneyRow(
        **money,
        last_method=last["last_method"],
        last_voided=bool(last["last_voided"]),
        last_failed=bool(last["last_failed"]),
    )


async def lock_order_by_id(connection: Connection, order_id: int) -> None:
    await connection.row("SELECT id FROM orders WHERE id = %s FOR UPDATE", (order_id,))
