"""A new order, as the statements of one transaction that go to the server together (`Database.at_once`)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pymysql.constants import ER
from pymysql.err import MySQLError

from shared.connection import READ_S
from shared.db import Connection, Row, Statement, Variable, code_of
from shared.domain.countries import Address
from shared.domain.priced_cart import CURRENCY, CartLine
from shared.domain.pricing import Totals
from shared.queries.payments import NewAttempt, adding_attempt
from shared.queries.run_stock import taking_from_pool
from shared.queries.steps import NewStep, adding_step, announcing
from shared.queries.stock import StockMove, moving, outdated, taking

PLACED = "order.placed"
ORDER, STEP, OWNER, NOW = (Variable(f"@{name}") for name in ("order_id", "step_id", "owner", "placed_at"))

# Whoever waits longer for a transaction is sent away (`READ_S`), and the server goes on with what it was sent.
IN_TIME_S = READ_S - 2


@dataclass(frozen=True, kw_only=True)
class NewOrder:
    """An order before it has an id. Times are set by the database's clock.

    Attributes:
        user_id: the account it shall belong to; to none, if that is deleted by then.
        lines: in the order in which they are shown.
        headers: of the message that announces its first step.
    """

    number: str
    cart_id: str
    checkout_key: str
    cart_revision: int
    request_sha: str
    request_id: str
    email: str
    email_norm: str
    user_id: int | None
    payment_method: str
    payment_token: str | None
    shipping_method: str
    totals: Totals
    expires_after_s: int | None
    test_run: str | None
    lines: tuple[CartLine, ...]
    addresses: Mapping[str, Address]
    step: NewStep
    headers: Mapping[str, str]


def placing(order: NewOrder) -> list[Statement]:
    """Everything that an order is made of, to be carried out in one round trip.

    A line that cannot be taken at its price, or in time, breaks it off (`is_raced`), a used key, revision or number
    breaks a UNIQUE key. The shelf comes first, in SKU order, before anything reads the same rows; then the account,
    then the order's own rows. Between the shelf and the commit lies no round trip, so one wanted SKU is sold as fast as
    many.
    """
    return [
        Statement(f"SET @taken = 0, {OWNER} = NULL, {NOW} = UTC_TIMESTAMP(6)"),
        *_shelf(order),
        *_owner(order),
        _order(order),
        Statement(f"SET {ORDER} = LAST_INSERT_ID()"),
        _lines(order),
        moving([StockMove(line.sku, "order", order.number, -line.quantity, order.test_run) for line in order.lines]),
        _addresses(order),
        adding_attempt(NewAttempt(order_id=ORDER, attempt=1, method=order.payment_method, token=order.payment_token)),
        Statement("INSERT INTO events (order_id, at, what) VALUES (%s, %s, %s)", (ORDER, NOW, PLACED)),
        adding_step(order.step),
        Statement(f"SET {STEP} = LAST_INSERT_ID()"),
        announcing(order.step, STEP, order.headers),
    ]


def telling(order: NewOrder) -> Statement:
    """Gives id, step_id, user_id, placed_at and what is left on the shelf of each line, as left_0, left_1 …"""
    left = "".join(f", @left_{at} AS left_{at}" for at, _ in enumerate(order.lines))
    return Statement(
        f"SELECT {ORDER} AS id, {STEP} AS step_id, {OWNER} AS user_id, CAST({NOW} AS DATETIME(6)) AS placed_at{left}"
    )


def stale_after(order: NewOrder, told: Row) -> Iterable[str]:
    """Whose kept pages show another stock than before the order; load runs do not touch the shelf."""
    if order.test_run is not None:
        return set()
    left = [(line, int(told[f"left_{at}"])) for at, line in enumerate(_in_sku_order(order))]
    return set[str]().union(*(outdated(line.sku, now + line.quantity, now) for line, now in left))


def is_raced(error: BaseException) -> bool:
    """Whether a line could not be taken, or not in time: its stock or price has changed since it was looked at."""
    return isinstance(error, MySQLError) and code_of(error) == ER.BAD_NULL_ERROR


def _in_sku_order(order: NewOrder) -> list[CartLine]:
    return sorted(order.lines, key=lambda line: line.sku)


def _shelf(order: NewOrder) -> Iterable[Statement]:
    for at, line in enumerate(_in_sku_order(order)):
        wanted = (line.sku, line.quantity, line.unit_price_cents)
        yield taking(*wanted) if order.test_run is None else taking_from_pool(order.test_run, *wanted)
        yield Statement(f"SET @taken = @taken + ROW_COUNT(), @left_{at} = LAST_INSERT_ID()")


def _owner(order: NewOrder) -> Iterable[Statement]:
    """The account is not deleted until the transaction ends, if it is there."""
    if order.user_id is not None:
        yield Statement(
            f"SELECT id INTO {OWNER} FROM users WHERE id = %s AND deleted_at IS NULL LOCK IN SHARE MODE",
            (order.user_id,),
        )


def _order(order: NewOrder) -> Statement:
    """An order has a number only if every line was taken while its buyer waits; without a number there is none."""
    totals = order.totals
    vat = json.dumps([[line.rate_bp, line.net_cents, line.vat_cents] for line in totals.vat])
    return Statement(
        "INSERT INTO orders (number, cart_id, checkout_key, cart_revision, request_sha, request_id, email, email_norm, "
        "user_id, order_status, payment_status, fulfillment_status, return_status, payment_method, shipping_method, "
        "currency, subtotal_cents, shipping_cents, total_cents, due_cents, vat, test_run, placed_at, expires_at) "
        "VALUES (IF(@taken = %s AND UTC_TIMESTAMP(6) < CAST(%s AS DATETIME(6)) + INTERVAL %s SECOND, %s, NULL), "
        "%s, %s, %s, %s, %s, %s, %s, %s, 'pending', 'pending', 'unfulfilled', "
        "'none', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s + INTERVAL %s SECOND)",
        (
            *(len(order.lines), NOW, IN_TIME_S, order.number),
            *(order.cart_id, order.checkout_key, order.cart_revision),
            *(order.request_sha, order.request_id, order.email, order.email_norm, OWNER),
            *(order.payment_method, order.shipping_method, CURRENCY),
            *(totals.subtotal_cents, totals.shipping_cents, totals.total_cents, totals.total_cents, vat),
            *(order.test_run, NOW, NOW, order.expires_after_s),
        ),
    )


def _lines(order: NewOrder) -> Statement:
    return _rows(
        "order_lines (order_id, sku, position, slug, name, colour, size, picture, unit_price_cents, vat_bp, quantity)",
        [
            (
                *(ORDER, line.sku, position, line.slug, line.name, line.colour, line.size, line.picture),
                *(line.unit_price_cents, line.vat_bp, line.quantity),
            )
            for position, line in enumerate(order.lines)
        ],
    )


def _addresses(order: NewOrder) -> Statement:
    return _rows(
        "order_addresses (order_id, kind, name, line1, line2, city, postcode, country)",
        [
            (ORDER, kind, place.name, place.line1, place.line2, place.city, place.postcode, place.country)
            for kind, place in order.addresses.items()
        ],
    )


def _rows(table: str, rows: Sequence[Sequence[object]]) -> Statement:
    marks = ", ".join(["(" + ", ".join(["%s"] * len(rows[0])) + ")"] * len(rows))
    return Statement(f"INSERT INTO {table} VALUES {marks}", [value for row in rows for value in row])


async def insert_event(
    connection: Connection, order_id: int, what: str, who: str | None = None, why: str | None = None
) -> None:
    """Note what happened; who is a person or None for the shop itself."""
    await connection.execute(
        "INSERT INTO events (order_id, at, what, who, why) VALUES (%s, UTC_TIMESTAMP(6), %s, %s, %s)",
        (order_id, what, who, why),
    )
