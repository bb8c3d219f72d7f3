"""What a stack may have several of: storefronts behind a balancer, and readers beside the writer."""

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass

from deploy.local.control import Control, Obey, one_of
from deploy.local.fleet import Fleet
from deploy.local.instances import Instances
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.reader_orders import ReaderOrders
from deploy.local.readers import Readers
from deploy.local.supervisor import Supervisor


@dataclass(frozen=True)
class Scale:
    """Attributes:
    fleet: None where one storefront is the shop.
    readers: may be none at all, too.
    """

    fleet: Fleet | None
    readers: Readers

    @classmethod
    def plain(cls, place: Place, ports: Ports) -> "Scale":
        return cls(None, Readers(place, ports))

    def taking_orders(self, place: Place, supervisor: Supervisor) -> AbstractAsyncContextManager[object]:
        """While it is open, other terminals may have what is there started, slowed down or killed.

        A reader that dies for good from then on ends nothing: others, or the writer, answer for it.
        """
        obeying: dict[str, Obey] = {}
        if self.fleet:
            obeying["instance"] = Instances(self.fleet, supervisor).obey
        if self.readers.names:
            for name in self.readers.names.values():
                supervisor.spare(name)
            obeying["reader"] = ReaderOrders(self.readers, supervisor).obey
        return Control(place, one_of(obeying)) if obeying else nullcontext()

    def addresses(self, ports: Ports) -> tuple[str, ...]:
        """Lines for the end of the start."""
        replicas = list(map(ports.reader, self.readers.names))
        where = " to ".join(str(port) for port in sorted({*replicas[:1], *replicas[-1:]}))
        readers = f"  Readers       {', '.join(self.readers.names.values())} at {where}"
        return (*(self.fleet.addresses() if self.fleet else ()), *([readers] if replicas else ()))
