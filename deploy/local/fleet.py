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

    def __init__(self, place: Place, ports: Ports, instances: int, *, is_sticky: bool = False) -> None:
        self._ports = ports
        self.names = {number: f"storefront-{number}" for number in range(1, instances + 1)}
        behind = {name: ports.instance(number) for number, name in self.names.items()}
        self._balancer = Balancer(place, ports, behind, is_sticky=is_sticky)
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


def fleet_tier_parts(place: Place, ports: Ports, environ: Mapping[str, str], fleet: Fleet) -> tuple[Part, ...]:
    """Both tiers, with a fleet in the place of the one storefront.

    Raises:
        StackFault: HAProxy is not installed.
    """
    workers = worker_parts(place, ports, environ)
    return (*workers, *fleet.parts(environ, tuple(part.name for part in workers)))
