"""`instance` and `reader`: orders to the running stack, from another terminal."""

import json
import socket
from collections.abc import Mapping
from typing import Any

from deploy.local import noticeboard
from deploy.local.faults import CannotLook, StackFault, UsageFault
from deploy.local.part import BALANCER, FIRST_READER
from deploy.local.place import Place
from deploy.local.sockets import near

ANSWER_S = 180.0  # longer than any order may take
FAULTS = {fault.exit_code: fault for fault in (StackFault, UsageFault)}
NOT_OPEN = "the shop is not open yet. Try again when ./shop status shows that all parts are ready"


def instance(place: Place, action: str, number: int) -> int:
    """Have one storefront started, drained, stopped or killed, and print what is so now.

    Raises:
        CannotLook: no stack runs, or it is not open yet.
        UsageFault: it runs without a balancer, or has no such storefront.
        StackFault: it cannot be done.
    """
    _check(place, BALANCER, "the shop runs without a balancer. Start it with one: ./shop run --instances 3")
    print(ask(place, {"action": action, "instance": number}))
    return 0


def reader(place: Place, action: str, number: int, seconds: int | None) -> int:
    """Have one replica slowed down, killed or started, and print what is so now; the seconds are those of a lag.

    Raises:
        CannotLook: no stack runs, or it is not open yet.
        UsageFault: it runs without readers, has no such one, or a lag is no number of seconds.
        StackFault: it cannot be done.
    """
    if seconds is not None and action != "lag":
        raise UsageFault(f"{action} takes no seconds: ./shop reader {action} {number}")
    _check(place, FIRST_READER, "the shop runs without readers. Start it with some: ./shop run --readers 2")
    print(ask(place, {"action": action, "reader": number, "seconds": seconds}))
    return 0


def _check(place: Place, part: str, otherwise: str) -> None:
    if not any(row["name"] == part for row in noticeboard.read(place).parts):
        raise UsageFault(otherwise)


def ask(place: Place, request: Mapping[str, Any]) -> str:
    """Send one order and wait until it is carried out; gives what the stack tells.

    Raises:
        CannotLook: the stack takes no orders yet.
        StackFault: the stack's own fault, or it does not answer.
    """
    try:
        line = _exchange(near(place.control), json.dumps(request).encode() + b"\n")
    except (FileNotFoundError, ConnectionRefusedError):
        raise CannotLook(NOT_OPEN) from None
    except PermissionError:
        raise StackFault("the stack is another user's. Ask that user, or root") from None
    except TimeoutError:
        raise StackFault(f"the stack gave no answer for {ANSWER_S:g} s; ./shop status shows its parts") from None
    if not line:
        raise StackFault("the stack ended before it was done")
    answer = json.loads(line)
    if answer["code"]:
        raise FAULTS[answer["code"]](answer["told"])
    return str(answer["told"])


def _exchange(address: str, line: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
        channel.settimeout(ANSWER_S)
        channel.connect(address)
        try:
            channel.sendall(line)
            return channel.makefile("rb").readline()
        except ConnectionError:
            return b""
