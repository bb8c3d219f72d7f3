"""Looks at a shop's processes while people shop: what /metrics tells, what /proc tells."""

import asyncio
import os
import re
import time
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

from deploy.local.load.shop import Shop
from loadtests.run_record import ENDED
from loadtests.samples import Sample, Usage

EVERY_S = 2.0
ANSWER_S = 2.0
MEGABYTE = 1024 * 1024
LINE = re.compile(r"^(\w+)(?:{(.*)})? (\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')


class Row(NamedTuple):
    name: str
    labels: Mapping[str, str]
    value: float


async def observe(shop: Shop, samples: list[Sample]) -> None:
    """Add a sample every few seconds until cancelled; times of time.monotonic."""
    while True:
        samples.append(await asyncio.to_thread(look, shop))
        await asyncio.sleep(EVERY_S)


def look(shop: Shop) -> Sample:
    """One sample; a process that does not answer just then is left out."""
    told = {name: rows for name, port in shop.storefronts.items() if (rows := _metrics(port))}
    anybody = next(iter(told.values()), [])
    ages = [row.value for row in anybody if row.name == "outbox_oldest_age_seconds"]
    return Sample(
        at_s=time.monotonic(),
        usage={row["name"]: usage for row in shop.supervisor.rows() if (usage := _usage(row["pid"] or 0))},
        delays={name: _delays(rows) for name, rows in told.items()},
        queue_age_s=ages[0] if ages else None,
        waiting=int(sum(row.value for row in anybody if row.name == "steps" and row.labels["state"] not in ENDED)),
        pool_waiting=int(sum(row.value for rows in told.values() for row in rows if row.name == "pool_waiting")),
    )


def _metrics(port: int) -> list[Row]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=ANSWER_S) as answer:
            text = answer.read().decode()
    except (OSError, HTTPException):  # away, or it died while it answered
        return []
    return [Row(name, dict(LABEL.findall(labels)), float(value)) for name, labels, value in LINE.findall(text)]


def _delays(rows: list[Row]) -> dict[float, float]:
    return {float(row.labels["le"]): row.value for row in rows if row.name == "loop_delay_seconds_bucket"}


def _usage(pid: int) -> Usage | None:
    """Memory and CPU time of a process; None where there is none, or no Linux."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except (OSError, IndexError):
        return None
    memory_mb = pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
    return Usage(pid=pid, memory_mb=memory_mb, cpu_s=sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"))
