"""The ports of a stack."""

import re
import socket
from dataclasses import asdict

import pytest

from deploy.local.faults import StackFault
from deploy.local.ports import Ports, check_ports, fault_at


def test_the_plain_ports_are_the_contracts() -> None:
    assert asdict(Ports()) == {
        "storefront": 8000,
        "first_process": 8030,
        "mailbox": 8025,
        "worker_http": 8100,
        "worker_nginx": 8180,
        "statistics": 8404,
        "smtp": 10025,
        "mariadb": 13306,
        "first_reader": 13311,
        "redis": 16379,
        "payment": 18090,
        "sqs": 19324,
    }


def test_another_port_shifts_every_port_by_as_much() -> None:
    shifted = asdict(Ports.based_on(9000))

    assert {name: port - shifted[name] for name, port in asdict(Ports()).items()} == dict.fromkeys(shifted, -1000)


@pytest.mark.parametrize("port", [0, -1, 54212, 65535, 100000])
def test_a_port_that_would_shift_others_out_of_range_is_refused(port: int) -> None:
    with pytest.raises(ValueError, match="1 to 54211"):
        Ports.based_on(port)


@pytest.mark.parametrize("port", [1, 54211])
def test_the_first_and_the_last_port_that_fit_are_taken(port: int) -> None:
    assert Ports.based_on(port).storefront == port


def test_free_ports_differ_and_are_free() -> None:
    ports = list(asdict(Ports.free()).values())

    assert len(set(ports)) == len(ports)
    assert [fault_at(port) for port in ports] == [None] * len(ports)


def test_free_ports_leave_room_for_storefronts_behind_the_balancer() -> None:
    ports = Ports.free(20)

    behind = [ports.instance(number) for number in range(1, 21)]
    assert behind == list(range(ports.storefront + 1, ports.storefront + 21))
    assert set(behind).isdisjoint(asdict(ports).values())
    assert [fault_at(port) for port in behind] == [None] * 20


def test_free_ports_leave_room_for_the_processes_of_each_machine() -> None:
    ports = Ports.free(3)

    others = {port for name, port in asdict(ports).items() if name != "first_process"}
    processes = [range(ports.process(number), ports.process(number) + 2) for number in (1, 2, 3)]
    assert [row.start - ports.first_process for row in processes] == [0, 4, 8]
    assert all(others.isdisjoint(row) for row in processes)
    assert [fault_at(port) for row in processes for port in row] == [None] * 6


def test_free_ports_leave_room_for_readers() -> None:
    ports = Ports.free(readers=4)

    others = {port for name, port in asdict(ports).items() if name != "first_reader"}
    readers = [ports.reader(number) for number in range(1, 5)]
    assert readers == list(range(ports.first_reader, ports.first_reader + 4))
    assert others.isdisjoint(readers)
    assert [fault_at(port) for port in readers] == [None] * 4


def test_four_readers_fit_between_the_contracts_ports() -> None:
    ports = Ports()

    assert [ports.reader(number) for number in range(1, 5)] == [13311, 13312, 13313, 13314]
    assert set(asdict(ports).values()).isdisjoint({13312, 13313, 13314})


def test_twenty_storefronts_fit_between_the_contracts_ports() -> None:
    ports = Ports()

    assert {ports.instance(number) for number in range(1, 21)}.isdisjoint(asdict(ports).values())


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 (a program that listens everywhere)
def test_every_taken_port_is_named_with_its_part(address: str) -> None:
    with socket.create_server((address, 0)) as shop, socket.create_server((address, 0)) as mail:
        shop_port, mail_port = shop.getsockname()[1], mail.getsockname()[1]

        with pytest.raises(StackFault) as refused:
            check_ports([("storefront-1", shop_port), ("redis", Ports.free().redis), ("mail", mail_port)])

    assert re.findall(r"port (\d+) of (\S+) is taken", str(refused.value)) == [
        (str(shop_port), "storefront-1"),
        (str(mail_port), "mail"),
    ]
    assert "./shop run --port" in str(refused.value)


def test_a_port_taken_at_the_other_loopback_address_is_taken() -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        assert fault_at(other.getsockname()[1]) == "is taken by another program"


def test_a_port_that_was_just_closed_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        port = server.getsockname()[1]
        server.accept()[0].close()
        client.close()

    assert fault_at(port) is None
