"""`./shop load` itself: a shop of its own, every fault once, one verdict."""

import asyncio
import json
import sys

import pytest

from deploy.local.load.disturbances import FAULTS
from deploy.local.load.verb import REPORT
from deploy.local.place import CHECKOUT


@pytest.mark.long
async def test_a_run_with_every_fault_loses_nothing() -> None:
    words = ("load", "--users", "20", "--minutes", "1", "--faults", ",".join(FAULTS))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.local", *words), cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()

    plain = json.loads((REPORT / "report.json").read_text())
    assert told.decode().splitlines()[-1] == plain["line"]
    assert process.returncode == (0 if plain["verdict"] == "PASS" else 1)
    assert [outage["name"] for outage in plain["faults"]] == list(FAULTS)
    # What is slow says something of this machine just now; nothing else may be wrong.
    assert {found["what"] for found in plain["findings"] if not found["what"].startswith("slow ")} == set()
