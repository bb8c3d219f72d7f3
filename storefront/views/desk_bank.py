"""A bank's file before it is recorded: each line with its order, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.bank_csv import BankFile
from shared.services.bank import RECORDABLE, Fit, Matched, Refused, Transfer, transfer_of
from storefront.views.states import Shown

MOST_AT_ONCE = 200  # each is a transaction of its own
FITS: Mapping[Fit, Shown] = {
    Fit.EXACT: Shown("Fits", "done"),
    Fit.LESS: Shown("Less than open", "warn"),
    Fit.MORE: Shown("More than open", "warn"),
    Fit.KNOWN: Shown("Recorded before", "off"),
    Fit.UNKNOWN: Shown("Fits no order", "stop"),
    Fit.SEVERAL: Shown("Names several orders", "stop"),
    Fit.CARD: Shown("Order paid by card", "stop"),
}


@dataclass(frozen=True)
class Asked:
    """A line of the file; field: its name in the form if it can be recorded. What exceeds the order is not ticked."""

    matched: Matched
    shown: Shown
    field: str = ""
    is_ticked: bool = False


def bank_page(faults: Sequence[str] = (), done: str = "") -> dict[str, Any]:
    """The context of bank.html. done: how many payments are on record now, if that is what just happened."""
    return {"faults": faults, "done": int(done) if done.isascii() and done.isdigit() and len(done) < 6 else 0}


def asking_page(file: BankFile, matched: Sequence[Matched]) -> tuple[dict[str, Any], list[Transfer]]:
    """The context of bank_check.html without its signed field, and the transfers that field holds."""
    recordable = [each for each in matched if each.fit in RECORDABLE]
    taken = recordable[:MOST_AT_ONCE]
    fields = {id(each): f"line-{at}" for at, each in enumerate(taken)}
    rows = [
        Asked(each, FITS[each.fit], fields.get(id(each), ""), id(each) in fields and each.fit is not Fit.MORE)
        for each in matched
    ]
    context = {
        "rows": rows,
        "fits": len(taken),
        "left_for_later": len(recordable) - len(taken),
        "outgoing": file.outgoing,
        "pending": file.pending,
    }
    return context, [transfer_of(each) for each in taken]


def refused_page(refused: Sequence[Refused], recorded: int) -> dict[str, Any]:
    """The context of bank_refused.html."""
    return {"refused": refused, "recorded": recorded}
