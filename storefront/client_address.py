"""Who is asking: proxies that we trust tell whom they speak for, everybody else speaks for himself."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
LONGEST = 64  # an IPv6 address with a zone; whatever is longer is none
MOST_REMEMBERED = 1000


class Proxies:
    """The proxies we trust, as addresses or networks."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self._networks: list[Network] = [ip_network(text, strict=False) for text in trusted]

    def trusts(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._networks)

    def client(self, peer: str, forwarded_for: str) -> str:
        """The client's address: the rightmost of X-Forwarded-For that is no trusted proxy.

        Whatever stands further left was written by the client and is not believed.
        """
        client = peer
        for hop in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
            if not self.trusts(client) or _address(hop) is None:
                break
            client = hop
        return client


def counted_as_one(text: str) -> str:
    """The address, or for IPv6 its /64, which is the least that one household or machine is given."""
    address = _address(text)
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else text


def is_loopback(text: str) -> bool:
    address = _address(text)
    return address is not None and address.is_loopback


def _address(text: str) -> Address | None:
    return _parsed(text) if len(text) <= LONGEST else None


@lru_cache(MOST_REMEMBERED)
def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
