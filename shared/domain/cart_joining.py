"""What becomes of a guest's cart in the cart of an account: how much of each line fits, and why not all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.cart import MAX_LINES, MAX_QUANTITY


class Why(StrEnum):
    """Why a line was not joined as a whole."""

    MOST = "most"  # a line holds 99 pieces
    LEFT = "left"  # there are no more
    FULL = "full"  # a cart holds 100 lines
    GONE = "gone"  # not sold any more


@dataclass(frozen=True)
class Cut:
    """A line of which less was joined than it held; left: how many there are, capped at 99."""

    sku: str
    wanted: int
    joined: int
    why: Why
    left: int


@dataclass(frozen=True)
class Plan:
    """Pieces by SKU that the account's cart gets, and what it does not get."""

    added: Mapping[str, int]
    cuts: Sequence[Cut]


def plan_join(held: Mapping[str, int], guest: Mapping[str, int], on_sale: Mapping[str, int]) -> Plan:
    """Work out what of a guest's cart fits into another one.

    Args:
        held: the account's cart. What it holds already is never cut, though there be less of it now.
        on_sale: pieces that there are; a SKU that is missing is not sold any more.
    """
    added: dict[str, int] = {}
    cuts = []
    for sku, wanted in guest.items():
        joined, why = _fitting(sku, wanted, add_up(held, added), on_sale)
        if joined:
            added[sku] = joined
        if joined < wanted:
            cuts.append(Cut(sku, wanted, joined, why, min(on_sale.get(sku, 0), MAX_QUANTITY)))
    return Plan(added, tuple(cuts))


def add_up(held: Mapping[str, int], added: Mapping[str, int]) -> dict[str, int]:
    """Add lines to lines: at most 99 pieces a line, at most 100 lines; the ones that are held come first."""
    total = dict(held)
    for sku, pieces in added.items():
        if sku in total or len(total) < MAX_LINES:
            total[sku] = min(MAX_QUANTITY, total.get(sku, 0) + pieces)
    return total


def _fitting(sku: str, wanted: int, held: Mapping[str, int], on_sale: Mapping[str, int]) -> tuple[int, Why]:
    """How many pieces fit, and what would be the reason that not all do."""
    if sku not in on_sale:
        return 0, Why.GONE
    if sku not in held and len(held) >= MAX_LINES:
        return 0, Why.FULL
    room = min(on_sale[sku], MAX_QUANTITY) - held.get(sku, 0)
    return max(0, min(wanted, room)), Why.LEFT if on_sale[sku] < MAX_QUANTITY else Why.MOST
