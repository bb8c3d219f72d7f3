"""Ways to be answered, asked in turns (A B A B), so that whatever else the machine does hits all of them."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.askers import Ask, count_answers
from tests.faults.processes import cpu_s

ROUNDS, SECONDS = 3, 0.7  # of each way in turn


@dataclass
class Way:
    """Something to ask for, and how many answers it gave in how much CPU time of these processes.

    Attributes:
        pids: who works for an answer: the server, and the stores that it asks.
    """

    pids: Sequence[int]
    port: int
    ask: Ask
    answers: int = 0
    cpu_s: float = 0.0
    took_s: float = 0.0

    async def run(self, seconds: float = SECONDS) -> None:
        before, began = cpu_s(self.pids), time.monotonic()
        self.answers += await count_answers(self.port, self.ask, seconds)
        self.took_s += time.monotonic() - began
        self.cpu_s += cpu_s(self.pids) - before

    @property
    def rate(self) -> float:
        """Answers for each second of CPU: what it would reach alone on a core, however slow the askers are."""
        return self.answers / self.cpu_s

    @property
    def rate_on_this_machine(self) -> float:
        """Answers a second, with the askers on the same cores."""
        return self.answers / self.took_s


async def in_turns(ways: Iterable[Way], seconds: float = SECONDS) -> None:
    listed = list(ways)
    for _ in range(ROUNDS):
        for way in listed:
            await way.run(seconds)
