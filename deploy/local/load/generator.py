"""The shoppers' process, `python -m loadtests`, as the run sees it."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.local.faults import CannotLook, StackFault
from deploy.local.load.plan import Plan
from deploy.local.place import CHECKOUT
from loadtests.diary import Diary

TOKEN, PEOPLE = "LOAD_RUN_TOKEN", "LOAD_PEOPLE"  # variables of the shoppers' process
CANNOT_LOOK = 2


@dataclass(frozen=True)
class Shoppers:
    """All of them, in one process that writes the diary at the end."""

    process: asyncio.subprocess.Process
    url: str
    diary: Path

    async def have_come(self) -> None:
        """Wait until the first of them enter."""
        await self._pass_on_a_line()

    async def have_gone(self) -> Diary:
        """Show what they say until the last has gone, and return what they were told.

        Raises:
            CannotLook: nobody could enter.
        """
        while await self._pass_on_a_line():
            pass
        code = await self.process.wait()
        if code == CANNOT_LOOK:
            raise CannotLook(f"no shopper could enter {self.url}")
        if code:
            raise StackFault(f"the shoppers' process ended with {code}")
        return Diary.read(self.diary)

    async def _pass_on_a_line(self) -> bool:
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if line:
            print(line.decode().rstrip(), flush=True)
        return bool(line)


@asynccontextmanager
async def shoppers_at(plan: Plan, url: str, hot_sku: str, secret: Mapping[str, str]) -> AsyncIterator[Shoppers]:
    """Start them; whoever is still there at the end is sent home."""
    with tempfile.TemporaryDirectory(prefix="shop-load-") as folder:
        diary = Path(folder, "diary.json")
        words = (
            *(sys.executable, "-m", "loadtests", "--host", url, "--users", str(plan.users)),
            *("--seconds", str(plan.seconds), "--shape", plan.shape, "--seed", str(plan.seed), "--diary", str(diary)),
            *("--think-s", *map(str, plan.think_s), "--hot-sku", hot_sku, "--kinds", *plan.kinds),
        )
        process = await asyncio.create_subprocess_exec(
            *words, cwd=CHECKOUT, env={**os.environ, **secret}, stdout=asyncio.subprocess.PIPE, start_new_session=True
        )
        try:
            yield Shoppers(process, url, diary)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
