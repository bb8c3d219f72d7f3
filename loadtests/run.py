"""A load run as the verdict sees it, and what it finds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from loadtests.diary import Diary
from loadtests.limits import Limits
from loadtests.run_record import Record
from loadtests.samples import Sample


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
        open_orders: acknowledged ones that are not carried out yet.
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
        return not any(
            outage.is_felt and int(outage.began_s) <= second <= outage.ended_s + self.limits.after_fault_s
            for outage in self.outages
        )
