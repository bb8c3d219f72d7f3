"""Questions of many callers in one round trip, over a server that is a list."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.shared_trips import UNDER_WAY, SharedTrips
from tests.waiting import PATIENCE_S

TOGETHER = 20


class Server:
    """Echoes what is asked, once it is let; refuses "no", and dies of "die"."""

    def __init__(self) -> None:
        self.trips: list[list[str]] = []
        self.answers = asyncio.Event()
        self.answers.set()
        self.asked = SharedTrips[str, str](self._send, TOGETHER)

    async def _send(self, words: Sequence[str], asked_at_s: float) -> Sequence[str | Exception]:
        self.trips.append(list(words))
        await self.answers.wait()
        if "die" in words:
            raise ConnectionError("lost")
        return [ValueError("refused") if word == "no" else word for word in words]

    async def ask_all(self, *words: str) -> list[str | BaseException]:
        return await asyncio.gather(*map(self.asked.ask, words), return_exceptions=True)


@pytest.fixture
async def server() -> Server:
    return Server()


async def test_callers_of_one_turn_share_a_round_trip(server: Server) -> None:
    assert await server.ask_all("a", "b", "c") == ["a", "b", "c"]
    assert server.trips == [["a", "b", "c"]]


async def test_a_crowd_is_sent_in_parts_and_each_hears_its_own_answer(server: Server) -> None:
    crowd = [str(n) for n in range(2 * TOGETHER + 5)]

    answers = await server.ask_all(*crowd)

    assert answers == crowd
    assert sorted(map(len, server.trips)) == [5, TOGETHER, TOGETHER]


async def test_who_asks_while_all_ways_are_taken_leaves_with_the_next_trip(server: Server) -> None:
    server.answers.clear()
    asking = []
    for n in range(UNDER_WAY + 3):
        asking.append(asyncio.create_task(server.ask_all(str(n))))
        await _turns()
    server.answers.set()

    assert await asyncio.gather(*asking) == [[str(n)] for n in range(UNDER_WAY + 3)]
    assert [len(trip) for trip in server.trips] == [1] * UNDER_WAY + [3]


async def test_who_asks_again_as_soon_as_there_is_an_answer_is_never_forgotten(server: Server) -> None:
    async def ask_often(word: str) -> list[str]:
        return [await server.asked.ask(word) for _ in range(20)]

    async with asyncio.timeout(PATIENCE_S):
        answers = await asyncio.gather(*map(ask_often, "abcdef"))

    assert answers == [[word] * 20 for word in "abcdef"]


async def test_a_refusal_is_for_one_caller(server: Server) -> None:
    first, refused, last = await server.ask_all("a", "no", "b")

    assert (first, last) == ("a", "b")
    assert repr(refused) == "ValueError('refused')"


async def test_a_lost_trip_is_told_to_each_of_its_callers_and_the_next_one_leaves(server: Server) -> None:
    lost = await server.ask_all("a", "die", "b")

    assert [repr(error) for error in lost] == ["ConnectionError('lost')"] * 3
    assert len({id(error) for error in lost}) == 3
    assert await server.ask_all("c") == ["c"]


async def test_who_left_before_the_trip_is_not_sent_and_who_left_meanwhile_holds_up_nobody(server: Server) -> None:
    server.answers.clear()
    early, late, staying = (asyncio.create_task(server.asked.ask(word)) for word in ("early", "late", "staying"))
    asyncio.get_running_loop().call_soon(early.cancel)
    await _turns()
    late.cancel()
    server.answers.set()

    async with asyncio.timeout(PATIENCE_S):
        assert await staying == "staying"
    assert (early.cancelled(), late.cancelled()) == (True, True)
    assert server.trips == [["late", "staying"]]


async def test_closing_lets_everybody_go(server: Server) -> None:
    server.answers.clear()
    asking = []
    for word in "abcde":
        asking.append(asyncio.create_task(server.asked.ask(word)))
        await _turns()

    server.asked.close()

    async with asyncio.timeout(PATIENCE_S):
        told = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(error) for error in told] == [asyncio.CancelledError] * 5


async def _turns() -> None:
    for _ in range(3):
        await asyncio.sleep(0)
