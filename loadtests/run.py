"""A load run as the verdict sees it, and what it finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loadtests.diary import DECLINED, Diary
from loadtests.limits import Limits
from loadtests.run_record import Record
from loadtests.samples import Sample

CART_STORE = "redis"  # the fault by which carts lose their store for a moment


@dataclass(frozen=True)
class Finding:
    """what: the kind, a few words; detail: a sentence with numbers and names."""

    what: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Outage:
    """A fault that was made on purpose; times since the run began. is_felt: shoppers may get errors meanwhile."""

    name: str
    began_s: float
    ended_s: float
    is_felt: bool


@dataclass(frozen=True, kw_only=True)
class Run:
    """All that is known when the shoppers are gone and the shop had its time to finish.

    Attributes:
        open_orders: numbers of those that stand and are not carried out yet.
        users: how many shoppers there were; hot_sku: what a flash sale sold, else "".
    """

    diary: Diary
    record: Record
    open_orders: Sequence[str] = ()
    samples: Sequence[Sample] = ()
    outages: Sequence[Outage] = ()
    users: int = 1
    hot_sku: str = ""
    limits: Limits = field(default_factory=Limits)

    def is_calm(self, second: int) -> bool:
        """Whether no fault that shoppers may feel was at work in this second."""
        return not any(outage.is_felt and self._is_near(outage, second) for outage in self.outages)

    def has_cart_store(self, second: int) -> bool:
        return not any(outage.name == CART_STORE and self._is_near(outage, second) for outage in self.outages)

    def _is_near(self, outage: Outage, second: int) -> bool:
        after_s = self.limits.after_store_s if outage.name == CART_STORE else self.limits.after_fault_s
        return int(outage.began_s) <= second <= outage.ended_s + after_s


def standing(record: Record, diary: Diary) -> list[Mapping[str, Any]]:
    """The orders that must be carried out: all that are there, answered or not, but those whose card was refused."""
    fates = {order.number: order.fate for order in diary.orders}
    unknown = {order["number"] for order in record.orders if order["payment_status"] == "failed"} - fates.keys()
    return [
        order for order in record.orders if order["number"] not in unknown and fates.get(order["number"]) != DECLINED
    ]
