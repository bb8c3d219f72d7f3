"""The one place that knows whether a dependency is well. All its callers ask here, and tell what they met.

well ── a call fails, or takes long ──> a probe decides ── no answer ──> sick
 ^                                                                        │
 └──────────────── a probe, at most one a second, gets its answer ────────┘
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import Context
from datetime import UTC, datetime

logger = logging.getLogger(__name__)

Probe = Callable[[], Awaitable[object]]

SLOW_S = 0.25  # a call that takes longer wakes the probe, which costs one small question
PROBE_S = 2.0  # what takes longer to answer a probe hangs
TURN_S = 0.05
LATE_S = 0.5  # a turn that is so much longer means that we stood still ourselves
TRIES = 3  # of a probe that failed while we stood still
PROBE_EVERY_S = 1.0  # while it is sick


class Sick(OSError):
    """The dependency is known not to answer, so it was not asked."""


class Circuit:
    """Well until a probe fails; while it is sick nobody waits, and whoever waits already is let go.

    Before `watch` it knows nothing and lets everybody through: a probe needs an event loop that runs all the time,
    which a storefront has and a worker has not.
    """

    def __init__(
        self, name: str, probe: Probe, failures: tuple[type[Exception], ...] = (OSError,), probe_s: float | None = None
    ) -> None:
        """Take what gets an answer, whatever it is, or raises; and what callers raise when they got none."""
        self.name, self._probe, self._failures = name, probe, failures
        self._probe_s = probe_s or PROBE_S
        self.is_well = True
        self.since = datetime.now(UTC)
        self.times_sick = 0
        self._is_watched = False
        self._heard_at = 0.0
        self._waiting: set[asyncio.Timeout] = set()
        self._probing: asyncio.Task[None] | None = None

    def watch(self) -> None:
        self._is_watched = True

    @asynccontextmanager
    async def call(self, limit_s: float | None = None) -> AsyncIterator[None]:
        """Surround a call of the dependency.

        Raises:
            Sick: it was not made. TimeoutError: it took limit_s, or it waited while a probe found out; whether it was
                carried out is unknown then.
        """
        if not self.is_well:
            raise Sick(f"{self.name} does not answer")
        slow = asyncio.get_running_loop().call_later(SLOW_S, self.doubt) if self._is_watched else None
        try:
            async with asyncio.timeout(limit_s) as waiting:
                self._waiting.add(waiting)
                yield
        except self._failures:
            self.doubt()
            raise
        else:
            self.came_through()
        finally:
            self._waiting.discard(waiting)
            if slow:
                slow.cancel()

    def came_through(self) -> None:
        self._heard_at = time.monotonic()
        self._turn(is_well=True)

    def doubt(self) -> None:
        """Let a probe decide, unless one is at it."""
        if self._is_watched and (self._probing is None or self._probing.done()):
            self._probing = asyncio.get_running_loop().create_task(self._until_well(), context=Context())

    async def look(self) -> bool:
        """Ask once, and tell whether it is well. Somebody's success since the question began counts as an answer."""
        begun = time.monotonic()
        try:
            await self._ask()
            self.came_through()
        except Exception as error:  # whatever it is, this dependency cannot be used just now
            if self._heard_at < begun:
                self._turn(is_well=False, why=f": {str(error) or type(error).__name__}")
        return self.is_well

    def is_silent(self, for_s: float) -> bool:
        """Whether nobody has heard of it for so long."""
        return time.monotonic() - self._heard_at > for_s

    def close(self) -> None:
        self._is_watched = False
        if self._probing:
            self._probing.cancel()

    async def _ask(self) -> None:
        """Await the probe; once more if it failed while we stood still, as the time-outs within it ran on."""
        for left in reversed(range(TRIES)):
            asking, turns = asyncio.ensure_future(self._probe()), _Turns()
            try:
                await self._answer_of(asking, turns)
            except Exception:
                if not (turns.was_late and left):
                    raise
            else:
                return
            finally:
                asking.cancel()

    async def _answer_of(self, asking: asyncio.Future[object], turns: "_Turns") -> None:
        """Its limit is counted in turns of our event loop: one that is late itself blames nobody."""
        for _ in range(max(1, round(self._probe_s / TURN_S))):
            if await turns.next(asking):
                await asking
                return
        raise TimeoutError

    async def _until_well(self) -> None:
        while not await self.look():  # noqa: ASYNC110 (another process sets none of our events)
            await asyncio.sleep(PROBE_EVERY_S)

    def _turn(self, *, is_well: bool, why: str = "") -> None:
        if self.is_well == is_well:
            return
        self.is_well, self.since = is_well, datetime.now(UTC)
        logger.warning("%s is %s%s", self.name, "well" if is_well else "sick", why)
        if not is_well:
            self.times_sick += 1
            self._let_go()

    def _let_go(self) -> None:
        for waiting in self._waiting:
            if not waiting.expired():
                waiting.reschedule(0)


class _Turns:
    """Turns of our event loop while something is waited for, and whether one of them was late."""

    def __init__(self) -> None:
        self.was_late = False

    async def next(self, asking: asyncio.Future[object]) -> bool:
        """Wait for a turn; whether there is an answer, or a failure."""
        begun = time.monotonic()
        done, _ = await asyncio.wait({asking}, timeout=TURN_S)
        self.was_late |= time.monotonic() - begun > TURN_S + LATE_S
        return bool(done)
