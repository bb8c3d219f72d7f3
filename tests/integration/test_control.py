"""Orders to a running stack over its socket: what is told, whose it is, what is refused."""

import asyncio
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deploy.local.asking import ask
from deploy.local.control import Control, one_of
from deploy.local.faults import CannotLook, StackFault, UsageFault
from deploy.local.place import Place
from deploy.local.sockets import near
from tests.waiting import PATIENCE_S

REQUEST = {"action": "stop", "instance": 2}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.make()
    return place


async def obey(request: Mapping[str, Any]) -> str:
    return f"obeyed {request}"


async def told(place: Place) -> str:
    return await asyncio.to_thread(ask, place, REQUEST)


async def send(place: Place, line: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(near(place.control))
    writer.write(line)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer


async def test_an_order_is_carried_out_and_what_is_so_now_is_told(place: Place) -> None:
    async with Control(place, obey):
        assert await told(place) == f"obeyed {REQUEST}"


async def test_an_order_goes_to_whoever_it_names(place: Place) -> None:
    async def other(_: Mapping[str, Any]) -> str:
        return "the other one"

    async with Control(place, one_of({"reader": other, "instance": obey})):
        assert await told(place) == f"obeyed {REQUEST}"


async def test_an_order_that_names_nobody_here_is_refused(place: Place) -> None:
    async with Control(place, one_of({"reader": obey, "balancer": obey})):
        with pytest.raises(UsageFault, match="an order here names one of: reader, balancer"):
            await told(place)


async def test_orders_are_carried_out_side_by_side(place: Place) -> None:
    both = asyncio.Barrier(2)

    async def meet(_: Mapping[str, Any]) -> str:
        await both.wait()
        return "met"

    async with Control(place, meet):
        assert await asyncio.gather(*(told(place) for _ in range(2))) == ["met", "met"]


@pytest.mark.parametrize(("fault", "code"), [(StackFault, 1), (UsageFault, 2)])
async def test_a_fault_reaches_whoever_asked_with_its_exit_code(
    place: Place, fault: type[StackFault], code: int
) -> None:
    async def refuse(_: Mapping[str, Any]) -> str:
        raise fault("no such thing")

    async with Control(place, refuse):
        with pytest.raises(StackFault, match="no such thing") as refused:
            await told(place)

    assert refused.value.exit_code == code


async def test_the_socket_is_its_owners_alone_and_goes_with_the_stack(place: Place) -> None:
    async with Control(place, obey):
        assert stat.S_IMODE(place.control.stat().st_mode) == 0o600

    assert not place.control.exists()


async def test_the_socket_of_a_killed_stack_is_no_obstacle(place: Place) -> None:
    async with Control(place, obey):
        place.control.rename(place.run / "left")
    (place.run / "left").rename(place.control)
    with pytest.raises(CannotLook, match="not open yet"):
        await told(place)

    async with Control(place, obey):
        assert await told(place) == f"obeyed {REQUEST}"


async def test_whoever_waits_is_told_when_the_stack_ends(place: Place) -> None:
    begun = asyncio.Event()

    async def never(_: Mapping[str, Any]) -> str:
        begun.set()
        await asyncio.Event().wait()
        return ""

    async with Control(place, never):
        asking = asyncio.create_task(told(place))
        await begun.wait()

    with pytest.raises(StackFault, match="the stack ended before it was done"):
        await asking


@pytest.mark.parametrize("line", [b"stop 2\n", b"[]\n", b"\xff\n", b""])
async def test_a_line_that_is_no_order_is_refused(place: Place, line: bytes) -> None:
    async with Control(place, obey):
        assert await send(place, line) == b'{"code": 2, "told": "an order is a line with a JSON object"}\n'


async def test_a_line_that_never_ends_gets_no_answer(place: Place) -> None:
    async with Control(place, obey):
        assert await send(place, b"x" * 100_000) == b""
        assert await told(place) == f"obeyed {REQUEST}"


async def test_whoever_does_not_wait_for_the_answer_disturbs_nobody(place: Place) -> None:
    obeyed = asyncio.Event()

    async def note(_: Mapping[str, Any]) -> str:
        obeyed.set()
        return ""

    async with Control(place, note):
        _, writer = await asyncio.open_unix_connection(near(place.control))
        writer.write(b"{}\n")
        writer.close()
        await asyncio.wait_for(obeyed.wait(), PATIENCE_S)

        assert await told(place) == ""


async def test_a_checkout_at_the_end_of_a_long_path_has_a_socket_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = tmp_path / ("deep" * 30)
    place = Place(checkout / ".local")
    place.make()
    monkeypatch.chdir(checkout)

    async with Control(place, obey):
        assert await told(place) == f"obeyed {REQUEST}"
