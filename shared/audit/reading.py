"""Reads a page of dossiers, at one moment of the database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from shared.audit.dossier import Back, Credit, Dossier, Paper, Payment, Step
from shared.db import Reads, Row
from shared.queries.audit import money_rows, order_rows, piece_rows, step_rows
from shared.queries.audit.order_rows import LINES, ORDER

T = TypeVar("T")
FLAGS = ("canceled", "expired", "completed", "held", "attention")
WORDS = ORDER[: -len(FLAGS)]


async def read_dossiers(connection: Reads, ids: Sequence[int]) -> list[Dossier]:
    """The orders of these ids; one that is gone is left out."""
    steps = _grouped((int(row[0]), _step(row)) for row in await step_rows.step_rows(connection, ids))
    papers = _grouped((_owner(row[0]), _paper(row)) for row in await step_rows.document_rows(connection, ids))
    payments = _grouped((int(row[0]), _payment(row)) for row in await money_rows.payment_rows(connection, ids))
    credited = _grouped((int(row[1]), _credit(row)) for row in await money_rows.credit_rows(connection, ids))
    parcels = _grouped(
        (int(row[1]), (int(row[0]), int(row[2]))) for row in await money_rows.parcel_rows(connection, ids)
    )
    returns = _grouped((int(row[0]), _back(row)) for row in await order_rows.return_sums(connection, ids))
    odd = _grouped(await _odd_pieces(connection, ids))
    sums = {int(row[0]): _sums(row) for row in await order_rows.line_sums(connection, ids)}
    return [
        Dossier(
            id=(order_id := int(row[0])),
            number=row[1],
            words=dict(zip(WORDS, row, strict=False)),
            flags=frozenset(flag for flag, value in zip(FLAGS, row[len(WORDS) :], strict=True) if value == "1"),
            sums=sums.get(order_id, {}),
            steps={(step.name, step.ref): step for step in steps[order_id]},
            papers={(paper.kind, paper.revision): paper for paper in papers[order_id]},
            payments=sorted(payments[order_id], key=lambda payment: payment.attempt),
            credits=credited[order_id],
            parcels=dict(parcels[order_id]),
            returns=returns[order_id],
            odd_pieces=odd[order_id],
        )
        for row in await order_rows.order_rows(connection, ids)
    ]


def _grouped(pairs: Iterable[tuple[int, T]]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for order_id, value in pairs:
        found[order_id].append(value)
    return found


def _owner(subject: str) -> int:
    return int(subject.removeprefix("order:"))


def _step(row: Sequence[str]) -> Step:
    return Step(row[1], int(row[2]), row[3], row[4] == "1", row[5])


def _paper(row: Sequence[str]) -> Paper:
    return Paper(row[1], int(row[2]), row[3], row[4], row[5] == "1", row[6] == "1")


def _payment(row: Sequence[str]) -> Payment:
    return Payment(int(row[1]), row[2], int(row[3]), int(row[4]), int(row[5]), row[6] == "1", row[7] == "1")


def _credit(row: Sequence[str]) -> Credit:
    return Credit(int(row[0]), int(row[2]), int(row[3]), int(row[4]), row[5] == "1")


def _back(row: Sequence[str]) -> Back:
    return Back(row[1] == "1", int(row[2]), int(row[3]))


def _sums(row: Sequence[str]) -> dict[str, int]:
    return {name: int(value) for name, value in zip(LINES[1:], row[1:], strict=True)}


async def _odd_pieces(connection: Reads, ids: Sequence[int]) -> list[tuple[int, str]]:
    """Sentences on lines that stock moves, parcels or returns do not explain, by order."""
    unmoved = await piece_rows.lines_without_their_move(connection, ids)
    unsent = await piece_rows.lines_unlike_their_parcels(connection, ids)
    kept = await piece_rows.lines_unlike_their_returns(connection, ids)
    told = [(row, "{sku}: {quantity} bought, the stock ledger moved {delta}") for row in unmoved]
    told += [(row, "{sku}: {shipped} shipped, {delivered} delivered; parcels {sent}, {arrived}") for row in unsent]
    told += [(row, "{sku}: {returned} returned; the returns received {received}") for row in kept]
    return [_sentence(row, words) for row, words in told]


def _sentence(row: Row, words: str) -> tuple[int, str]:
    return int(row["order_id"]), words.format(**row)
