"""A bank's transfers held against orders, and recorded once each, however often their file comes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.db import Database
from shared.domain.bank_csv import BankLine
from shared.domain.bank_fields import order_numbers_in
from shared.errors import Conflict, Invalid, NotFound
from shared.messages import Message
from shared.queries.bank import Payable, known_transfers, payable_orders
from shared.services.incoming import record_payment, transfer_id
from shared.services.order_commands import Command

NAME_LENGTH = 80  # of the payer, in the order's event


class Fit(StrEnum):
    """How a transfer goes with the order it names."""

    EXACT = "exact"
    LESS = "less"
    MORE = "more"
    KNOWN = "known"
    UNKNOWN = "unknown"
    SEVERAL = "several"
    CARD = "card"


RECORDABLE = frozenset({Fit.EXACT, Fit.LESS, Fit.MORE})


@dataclass(frozen=True, kw_only=True)
class Matched:
    """A transfer and its order; open_cents is what the order asks for once the lines above are recorded."""

    line: BankLine
    fit: Fit
    number: str = ""
    open_cents: int = 0


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """What is to be recorded; key comes from `BankLine`, note is made of the same content."""

    number: str
    key: str
    amount_cents: int
    note: str


@dataclass(frozen=True, kw_only=True)
class Refused:
    transfer: Transfer
    why: str


async def match(database: Database, lines: Sequence[BankLine]) -> tuple[Matched, ...]:
    """Find each line's order, reading from the writer so that what was just recorded is known."""
    candidates = [order_numbers_in(line.purpose) for line in lines]
    async with database.writer() as connection:
        orders = await payable_orders(connection, sorted({number for found in candidates for number in found}))
        named = [[orders[number] for number in found if number in orders] for found in candidates]
        ids = [
            transfer_id(order.number, key_of(line)) for line, found in zip(lines, named, strict=True) for order in found
        ]
        known = await known_transfers(connection, ids)
    return tuple(_matched(lines, named, known))


def key_of(line: BankLine) -> str:
    """The idempotency key of a line's command."""
    return f"bank:{line.key}"


def transfer_of(matched: Matched) -> Transfer:
    line = matched.line
    name = "".join(sign for sign in line.name if sign.isprintable())[:NAME_LENGTH]
    note = f"booked {line.day.isoformat()}{', ' if name else ''}{name}"
    return Transfer(number=matched.number, key=key_of(line), amount_cents=line.amount_cents, note=note)


async def record(
    database: Database, transfers: Sequence[Transfer], who: str
) -> tuple[tuple[Refused, ...], tuple[Message, ...]]:
    """Record each transfer in a transaction of its own; one that is known already is left as it is.

    Returns:
        What was refused, with the reason, and the messages to send now.
    """
    refused: list[Refused] = []
    messages: list[Message] = []
    for each in transfers:
        command = Command(key=each.key, who=who)
        try:
            messages += await record_payment(database, each.number, command, each.amount_cents, each.note)
        except (Conflict, Invalid, NotFound) as error:
            refused.append(Refused(transfer=each, why=error.detail))
    return tuple(refused), tuple(messages)


def _matched(lines: Sequence[BankLine], named: Sequence[Sequence[Payable]], known: set[str]) -> Iterator[Matched]:
    taken: dict[str, int] = {}
    for line, orders in zip(lines, named, strict=True):
        fit, order = _fit(line, orders, known)
        if fit or order is None:
            yield Matched(line=line, fit=fit or Fit.UNKNOWN, number=order.number if order else "")
            continue
        open_cents = max(0, order.open_cents - taken.get(order.number, 0))
        taken[order.number] = taken.get(order.number, 0) + line.amount_cents
        yield Matched(
            line=line, fit=_by_amount(line.amount_cents, open_cents), number=order.number, open_cents=open_cents
        )


def _fit(line: BankLine, orders: Sequence[Payable], known: set[str]) -> tuple[Fit | None, Payable | None]:
    """What is plain without looking at the amount, and the order."""
    for order in orders:
        if transfer_id(order.number, key_of(line)) in known:
            return Fit.KNOWN, order
    if len(orders) != 1:
        return (Fit.SEVERAL if orders else Fit.UNKNOWN), None
    return (Fit.CARD if orders[0].method != "invoice" else None), orders[0]


def _by_amount(amount_cents: int, open_cents: int) -> Fit:
    if amount_cents == open_cents:
        return Fit.EXACT
    return Fit.LESS if amount_cents < open_cents else Fit.MORE
