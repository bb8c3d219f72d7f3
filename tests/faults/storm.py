"""A storm: processes are killed at random, answers are swallowed, and SQS does all that it may do."""

import asyncio
import random
import signal
from collections import Counter
from dataclasses import dataclass, field

from tests.faults.processes import children, strike
from tests.faults.queue_wire import QueueFaults
from tests.faults.stand import WORKERS, Stand

SWALLOWED = 0.05  # of the answers that buyers, the provider and the mail server give
DOUBLED, UNDELETED = 0.2, 0.1  # of SQS's messages
LULL_S = (0.5, 2.5)  # between two kills
SWALLOWING = ("storefront", "payment", "smtp", "mailbox")


@dataclass
class Storm:
    """killed: how often what was killed; a worker's main process and its children apart."""

    stand: Stand
    seed: int
    killed: Counter[str] = field(default_factory=Counter)

    async def rage(self, seconds: float) -> None:
        """For so long; afterwards the links are mended, and everything that was killed is back."""
        chance = random.Random(self.seed)
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        self._spoil()
        try:
            while loop.time() < end:
                for victim in chance.sample(VICTIMS, k=len(VICTIMS)):
                    await asyncio.sleep(chance.uniform(*LULL_S))
                    if loop.time() >= end:
                        break
                    self._kill(victim, chance)
        finally:
            self.stand.heal()
        await self.stand.ready()

    def _spoil(self) -> None:
        self.stand.queue.faults = QueueFaults(doubled=DOUBLED, undeleted=UNDELETED, is_shuffled=True)
        for name in SWALLOWING:
            self.stand.wires[name].faults.eaten = SWALLOWED

    def _kill(self, victim: str, chance: random.Random) -> None:
        part, _, child = victim.partition(" ")
        leader = self.stand.pid(part)
        if not leader:
            return  # it is being started again
        pids = children(leader) if child else [leader]
        if pids:
            self.killed[victim] += 1
            strike(chance.choice(pids), signal.SIGKILL)


VICTIMS = ("storefront-1", "mariadb", "redis", *WORKERS, *(f"{worker} child" for worker in WORKERS))
