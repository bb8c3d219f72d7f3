"""Questions of many callers in one round trip: what comes while others are under way leaves with the next ones.

All callers of a round trip share its fate. When it fails, none of them knows what was carried out, so only what may be
sent again belongs here, and nothing that waits in the server.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from copy import copy
from typing import Any, Generic, NamedTuple, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

UNDER_WAY = 2  # round trips at a time: one is packed while the server works on the other


class Asked(NamedTuple, Generic[Q, A]):
    question: Q
    answer: asyncio.Future[A]
    at_s: float  # on the event loop's clock


class SharedTrips(Generic[Q, A]):
    def __init__(self, send: Callable[[Sequence[Q], float], Awaitable[Sequence[A | Exception]]], together: int) -> None:
        """Take what makes a round trip.

        Args:
            send: answers questions, the first of which was asked at a moment of the loop's clock; a refusal comes as a
                value.
            together: questions in a round trip at most. Their callers go on in one turn of the loop, so with many of
                them whoever is new waits for long.
        """
        self._send, self._together = send, together
        self._asked: list[Asked[Q, A]] = []
        self._trips: set[asyncio.Task[Any]] = set()

    async def ask(self, question: Q) -> A:
        """Return the answer; raise what the question was refused with, or what the round trip failed by."""
        loop = asyncio.get_running_loop()
        asked: Asked[Q, A] = Asked(question, loop.create_future(), loop.time())
        self._asked.append(asked)
        if len(self._trips) < UNDER_WAY:
            # It begins after this turn of the loop: others may join.
            self._trips.add(loop.create_task(self._travel(), context=Context()))
        return await asked.answer

    def close(self) -> None:
        """Let everybody go, as if each had been cancelled."""
        for trip in self._trips:
            trip.cancel()
        for asked in self._asked:
            asked.answer.cancel()

    async def _travel(self) -> None:
        trip = asyncio.current_task()
        try:
            while self._asked:
                together, self._asked = self._asked[: self._together], self._asked[self._together :]
                await self._make_trip([asked for asked in together if not asked.answer.done()])
        finally:  # at once, not by a callback: whoever asks in the next turn has to find the way free
            assert trip is not None
            self._trips.discard(trip)

    async def _make_trip(self, together: Sequence[Asked[Q, A]]) -> None:
        """Send what is still wanted, and tell each caller of its own answer, or all of the failure."""
        if not together:
            return
        answers: Sequence[A | Exception]
        try:
            answers = await self._send([asked.question for asked in together], together[0].at_s)
        except Exception as error:
            answers = [copy(error) for _ in together]
        except asyncio.CancelledError:
            for asked in together:
                asked.answer.cancel()
            raise
        for asked, answer in zip(together, answers, strict=True):
            if asked.answer.done():
                continue
            if isinstance(answer, Exception):
                asked.answer.set_exception(answer)
            else:
                asked.answer.set_result(answer)
