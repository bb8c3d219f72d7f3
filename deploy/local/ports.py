"""The ports of one stack."""

import errno
import random
import socket
from collections.abc import Iterable
from dataclasses import dataclass, fields

from deploy.local.faults import StackFault

DEFAULT_PORT = 8000
LAST_PORT = 65535
MOST_PROCESSES = 4  # of a storefront's machine, as `run --like-aws` has them
# Below the range from which Linux draws ports for outgoing connections, so that none of those takes a free port away.
FREE_PORTS = range(20000, 32000)


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where each part listens; the defaults are the contract's."""

    storefront: int = DEFAULT_PORT
    first_process: int = 8030
    mailbox: int = 8025
    worker_http: int = 8100
    worker_nginx: int = 8180
    statistics: int = 8404
    smtp: int = 10025
    mariadb: int = 13306
    first_reader: int = 13311
    redis: int = 16379
    payment: int = 18090
    sqs: int = 19324

    @classmethod
    def based_on(cls, port: int) -> "Ports":
        """Every port shifted by as much as the storefront's.

        Raises:
            ValueError: a port would lie outside 1..65535.
        """
        shift = port - DEFAULT_PORT
        shifted = {field.name: getattr(cls, field.name) + shift for field in fields(cls)}
        if not all(1 <= number <= LAST_PORT for number in shifted.values()):
            highest = LAST_PORT - cls.sqs + DEFAULT_PORT
            raise ValueError(f"the port must be 1 to {highest}, as the other parts' ports are shifted with it")
        return cls(**shifted)

    @classmethod
    def free(cls, instances: int = 0, readers: int = 1) -> "Ports":
        """Ports nobody listens at, for tests beside a running shop; with those of so many storefronts and readers."""
        processes = MOST_PROCESSES * max(1, instances)
        rows = {"storefront": 1 + instances, "first_reader": readers, "first_process": processes}
        taken: set[int] = set()
        return cls(**{field.name: _free_row(rows.get(field.name, 1), taken) for field in fields(cls)})

    def instance(self, number: int) -> int:
        """Where a storefront behind the balancer listens; the balancer has the shop's own port."""
        return self.storefront + number

    def process(self, machine: int) -> int:
        """The first port of a machine's own processes, behind its nginx; the first machine is 1."""
        return self.first_process + MOST_PROCESSES * (machine - 1)

    def reader(self, number: int) -> int:
        """Where a replica of the writer listens; the first one is 1."""
        return self.first_reader + number - 1


def _free_row(length: int, taken: set[int]) -> int:
    """The first of so many free ports in a row; all of them are added to those that are taken."""
    for first in random.sample(FREE_PORTS, k=len(FREE_PORTS)):
        row = range(first, first + length)
        if taken.isdisjoint(row) and not any(map(fault_at, row)):
            taken.update(row)
            return first
    raise StackFault("no free ports were found; end some of the programs that listen on this machine")


def fault_at(port: int) -> str | None:
    """Why nobody may listen at this port of the loopback addresses, or None when it is free."""
    return _fault(socket.AF_INET, "127.0.0.1", port) or _fault(socket.AF_INET6, "::1", port)


def _fault(family: socket.AddressFamily, address: str, port: int) -> str | None:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except PermissionError:
        return "may only be opened by root"
    except OSError as error:
        # Whatever else fails (no IPv6 here, say) does not take the port away from a part.
        return "is taken by another program" if error.errno == errno.EADDRINUSE else None
    return None


def check_ports(wanted: Iterable[tuple[str, int]]) -> None:
    """Raise StackFault naming every (part, port) that cannot be opened, before anything is started."""
    faults = [f"port {port} of {part} {fault}" for part, port in wanted if (fault := fault_at(port))]
    if faults:
        raise StackFault("; ".join(faults) + ". End that program, or shift all ports: ./shop run --port 9000")
