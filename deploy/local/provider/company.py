"""What all handlers share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from deploy.local.provider.callbacks import Sender
from deploy.local.provider.faults import Faults
from deploy.local.provider.store import Books, Store

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Company:
    """The running provider; merchant is the shop's name on the pages, timeout_s how late tok_timeout is answered."""

    store: Store
    sender: Sender
    faults: Faults
    merchant: str
    timeout_s: float

    async def carry_out(self, work: Callable[Concatenate[Books, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Carry out work on the ledger, then let the callbacks out."""
        result = await self.store.transact(work, *args, **kwargs)
        self.sender.wake()
        return result
