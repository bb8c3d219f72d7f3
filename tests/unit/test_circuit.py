"""One place that knows whether a dependency is well; its callers ask there, and a probe decides."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from shared import circuit as circuits
from shared.circuit import Circuit, Sick
from tests.waiting import PATIENCE_S, until


@dataclass
class Dependency:
    """Something that answers, refuses, or hangs."""

    is_away: bool = False
    is_hung: bool = False
    asked: int = 0
    called: int = 0
    healed: asyncio.Event = field(default_factory=asyncio.Event)

    async def probe(self) -> None:
        self.asked += 1
        await self._answer()

    async def call(self, circuit: Circuit, limit_s: float | None = None) -> None:
        async with circuit.call(limit_s):
            self.called += 1
            await self._answer()

    async def _answer(self) -> None:
        if self.is_hung:
            await self.healed.wait()
        if self.is_away:
            raise ConnectionRefusedError

    def heal(self) -> None:
        self.is_away = self.is_hung = False
        self.healed.set()


@pytest.fixture
def dependency(monkeypatch: pytest.MonkeyPatch) -> Dependency:
    """However late the loop of a busy machine is, a probe is asked once."""
    short = {"SLOW_S": 0.05, "PROBE_S": 0.1, "PROBE_EVERY_S": 0.05, "TURN_S": 0.02, "LATE_S": 600}
    for name, seconds in short.items():
        monkeypatch.setattr(circuits, name, seconds)
    return Dependency()


@pytest.fixture
def late_s(monkeypatch: pytest.MonkeyPatch) -> float:
    """After what a loop is late."""
    seconds = 0.1
    monkeypatch.setattr(circuits, "LATE_S", seconds)
    return seconds


@pytest_asyncio.fixture
async def circuit(dependency: Dependency) -> AsyncIterator[Circuit]:
    made = Circuit("redis", dependency.probe)
    made.watch()
    yield made
    made.close()


async def turned(circuit: Circuit, *, is_well: bool) -> None:
    async def has_turned() -> bool:
        return circuit.is_well == is_well

    await until(has_turned)


async def test_nobody_is_asked_again_while_all_is_well(circuit: Circuit, dependency: Dependency) -> None:
    for _ in range(3):
        await dependency.call(circuit)

    assert (circuit.is_well, dependency.asked) == (True, 0)


async def test_a_failure_is_looked_into_and_one_that_was_an_accident_changes_nothing(
    circuit: Circuit, dependency: Dependency
) -> None:
    with pytest.raises(ConnectionResetError):
        async with circuit.call():
            raise ConnectionResetError

    async def is_answered() -> bool:
        return not circuit.is_silent(60)

    await until(is_answered)
    assert (circuit.is_well, dependency.asked, circuit.times_sick) == (True, 1, 0)


async def test_what_is_away_is_sick_and_spared_until_a_probe_gets_its_answer(
    circuit: Circuit, dependency: Dependency
) -> None:
    dependency.is_away = True
    with pytest.raises(ConnectionRefusedError):
        await dependency.call(circuit)
    await turned(circuit, is_well=False)
    fell_sick = circuit.since

    for _ in range(3):
        with pytest.raises(Sick):
            await dependency.call(circuit)
    dependency.heal()
    await turned(circuit, is_well=True)
    await dependency.call(circuit)

    assert dependency.called == 2
    assert circuit.since > fell_sick
    assert circuit.times_sick == 1


async def test_whoever_waits_for_what_hangs_is_let_go_and_so_are_all_others(
    circuit: Circuit, dependency: Dependency
) -> None:
    dependency.is_hung = True

    async with asyncio.timeout(PATIENCE_S):
        outcomes = await asyncio.gather(*(dependency.call(circuit) for _ in range(10)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [TimeoutError] * 10
    assert dependency.asked == 1
    with pytest.raises(Sick):
        await dependency.call(circuit)


async def test_a_slow_call_of_what_answers_otherwise_is_left_to_end(circuit: Circuit, dependency: Dependency) -> None:
    async with circuit.call():
        await until(lambda: _is_asked(dependency))

    assert circuit.is_well


async def _is_asked(dependency: Dependency) -> bool:
    return dependency.asked > 0


async def test_a_probe_that_fails_beside_a_call_that_comes_through_proves_nothing(
    circuit: Circuit, dependency: Dependency
) -> None:
    dependency.is_hung = True
    looking = asyncio.create_task(circuit.look())
    await until(lambda: _is_asked(dependency))

    circuit.came_through()

    assert await looking
    assert circuit.times_sick == 0


async def test_a_call_that_takes_longer_than_its_limit_ends(circuit: Circuit, dependency: Dependency) -> None:
    dependency.is_hung = True

    with pytest.raises(TimeoutError):
        await dependency.call(circuit, limit_s=0.01)


async def test_what_nobody_watches_is_never_probed(dependency: Dependency) -> None:
    circuit, dependency.is_away = Circuit("redis", dependency.probe), True

    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            await dependency.call(circuit)

    assert (circuit.is_well, dependency.asked) == (True, 0)


async def test_a_loop_that_is_late_itself_blames_nobody(circuit: Circuit, dependency: Dependency) -> None:
    dependency.is_hung = True
    loop = asyncio.get_running_loop()
    loop.call_later(0.01, time.sleep, 2 * circuits.PROBE_S)
    loop.call_later(0.01, loop.call_soon, loop.call_soon, dependency.heal)

    assert await circuit.look()


async def test_a_probe_whose_own_time_ran_off_while_the_loop_was_late_is_asked_once_more(
    dependency: Dependency, late_s: float
) -> None:
    dependency.is_hung = True
    circuit, loop = Circuit("redis", lambda: asyncio.wait_for(dependency.probe(), 0.05)), asyncio.get_running_loop()
    loop.call_later(0.01, time.sleep, 2 * late_s)
    loop.call_later(0.06, dependency.heal)  # due by then, and only after the probe's own time

    assert await circuit.look()


async def test_a_loop_that_is_late_all_the_time_finds_out_all_the_same(dependency: Dependency, late_s: float) -> None:
    dependency.is_hung = True

    async def probe() -> None:
        asyncio.get_running_loop().call_later(0.01, time.sleep, 2 * late_s)
        await dependency.probe()

    assert not await Circuit("redis", probe).look()
    assert dependency.asked == circuits.TRIES
