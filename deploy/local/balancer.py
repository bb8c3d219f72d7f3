"""HAProxy before the storefronts, as an ALB is on AWS: its configuration, its part."""

import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from string import Template

from deploy.local.part import BALANCER, Part
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.probes import answers_200
from deploy.local.rotation import Rotation
from deploy.local.servers import find_server, with_private_libraries

CONFIGURATION = Template(Path(__file__).with_name("haproxy.cfg").read_text(encoding="utf-8"))
# As an ALB's: a session on one machine, told apart by an opaque value.
COOKIE = (
    'cookie AWSALB insert indirect nocache httponly dynamic attr "Max-Age=3600"\n    dynamic-cookie-key one-machine'
)
SOFT_STOP = signal.SIGUSR1  # running requests end first, for as long as hard-stop-after says
MISSING = "HAProxy is not installed; ./shop run --instances N fetches it (Debian package haproxy)"


class Balancer:
    """HAProxy on the shop's port, and the storefronts behind it, by name.

    Attributes:
        rotation: takes storefronts out and puts them back while it runs.
    """

    def __init__(
        self, place: Place, ports: Ports, storefronts: Mapping[str, int], *, is_sticky: bool, scheme: str = "http"
    ) -> None:
        """`scheme`: that by which it says shoppers came."""
        self._folder = place.run
        self._ports = ports
        self._storefronts = storefronts
        self._is_sticky = is_sticky
        self._scheme = scheme
        self.rotation = Rotation(place.run / "haproxy.sock")

    def part(self, environ: Mapping[str, str]) -> Part:
        """It starts when all storefronts are ready, and ends before them: its requests are answered first.

        Raises:
            StackFault: HAProxy is not installed.
        """
        return Part(
            name=BALANCER,
            command=(str(find_server(BALANCER, MISSING)), "-db", "-C", str(self._folder), "-f", "haproxy.cfg"),
            environment=with_private_libraries(environ),
            probe=answers_200(self._ports.statistics, "/"),
            needs=tuple(self._storefronts),
            ports=(self._ports.storefront, self._ports.statistics),
            prepare=self._configure,
            stop_signal=SOFT_STOP,
        )

    def configuration(self) -> str:
        """For a start now: whatever is out of rotation begins so."""
        return CONFIGURATION.substitute(
            shop_port=self._ports.storefront,
            scheme=self._scheme,
            shop_binds=_binds(self._ports.storefront),
            statistics_binds=_binds(self._ports.statistics),
            cookie=COOKIE if self._is_sticky else "",
            servers="\n    ".join(map(self._server, self._storefronts)),
        )

    def _server(self, name: str) -> str:
        state = " disabled" if name in self.rotation.out else ""
        return f"server {name} 127.0.0.1:{self._storefronts[name]}{state}"

    def _configure(self) -> None:
        (self._folder / "haproxy.cfg").write_text(self.configuration(), encoding="utf-8")


def _binds(port: int) -> str:
    addresses = ("127.0.0.1", "[::1]") if _has_ipv6() else ("127.0.0.1",)
    return "\n    ".join(f"bind {address}:{port}" for address in addresses)


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
