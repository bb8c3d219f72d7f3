"""`run --instances N`: N storefronts behind one balancer, as the web tier has them on AWS."""

from collections.abc import Mapping

from deploy.local.balancer import Balancer
from deploy.local.part import Part
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.tiers import storefront_part, worker_parts

MOST_INSTANCES = 20


class Fleet:
    """The storefronts and their balancer.

    Attributes:
        names: the storefronts' names by their numbers, 1 to N.
        rotation: takes storefronts out and puts them back while all run.
    """

    def __init__(
        self, place: Place, ports: Ports, instances: int, *, is_sticky: bool = False, scheme: str = "http"
    ) -> None:
        """`scheme`: that by which the balancer says shoppers came."""
        self._place = place
        self._ports = ports
        self.names = {number: f"storefront-{number}" for number in range(1, instances + 1)}
        behind = {name: ports.instance(number) for number, name in self.names.items()}
        self._balancer = Balancer(place, ports, behind, is_sticky=is_sticky, scheme=scheme)
        self.rotation = self._balancer.rotation

    def parts(self, environ: Mapping[str, str], opens_after: tuple[str, ...] = ()) -> tuple[Part, ...]:
        """All of them; the storefronts start after these other parts, the balancer last.

        Raises:
            StackFault: HAProxy is not installed.
        """
        storefronts = (
            storefront_part(number, self._ports.instance(number), environ, opens_after) for number in self.names
        )
        return (*storefronts, self._balancer.part(environ))

    def tier_parts(self, environ: Mapping[str, str]) -> tuple[Part, ...]:
        """Both tiers, with a fleet in the place of the one storefront.

        Raises:
            StackFault: HAProxy is not installed.
        """
        workers = worker_parts(self._place, self._ports, environ)
        return (*workers, *self.parts(environ, tuple(part.name for part in workers)))

    def led(self, part: Part, environ: Mapping[str, str]) -> Part:  # noqa: ARG002 (others look at them)
        """What is done once before the storefronts start, as this fleet does it."""
        return part

    def addresses(self) -> tuple[str, ...]:
        """Lines for the end of the start."""
        behind = sorted({self._ports.instance(number) for number in (min(self.names), max(self.names))})
        balancer = f"http://localhost:{self._ports.statistics}"
        return (f"  Balancer      {balancer}   storefronts at {' to '.join(map(str, behind))}",)
