"""The whole audit, in pages, never in one transaction.

It goes in two lanes, the orders beside all else: while one thinks, the other reads. Each asks for one thing at a time,
so the auditor never holds more than two connections.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from shared.audit.gaps import Report, Unreadable, joined
from workers.audit import charges, dead_letters, files, load_runs, mails, numbers, orders, stock
from workers.audit.desk import Desk

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Check:
    """kinds: the gaps it may find."""

    name: str
    run: Callable[[Desk, Report], Awaitable[None]]
    kinds: frozenset[str]


LANES = (
    (Check("orders", orders.check, orders.KINDS),),
    (
        Check("stock", stock.check, stock.KINDS),
        Check("numbers", numbers.check, numbers.KINDS),
        Check("load runs", load_runs.check, load_runs.KINDS),
        Check("files", files.check, files.KINDS),
        Check("charges", charges.check, charges.KINDS),
        Check("mails", mails.check, mails.KINDS),
        Check("dead letters", dead_letters.check, dead_letters.KINDS),
    ),
)


@dataclass(frozen=True)
class Audited:
    """kinds: the gaps that were looked for, so that what was not found is known to be gone."""

    report: Report
    kinds: frozenset[str]


async def audit(desk: Desk) -> Audited:
    """Compare all ledgers. A foreign one that cannot be read is told in the report.

    Raises:
        Unavailable: the database does not answer.
    """
    reports, kinds = [Report() for _ in LANES], set[str]()
    lanes = [
        asyncio.create_task(_go(desk, checks, report, kinds)) for checks, report in zip(LANES, reports, strict=True)
    ]
    try:
        await asyncio.gather(*lanes)
    finally:
        for lane in lanes:
            lane.cancel()
        await asyncio.wait(lanes)
    return Audited(joined(reports), frozenset(kinds))


async def _go(desk: Desk, checks: Sequence[Check], report: Report, kinds: set[str]) -> None:
    for check in checks:
        try:
            await check.run(desk, report)
            kinds |= check.kinds
        except Unreadable as error:
            logger.warning("not audited: %s: %s", check.name, error)
            report.unreadable.append(f"{check.name}: {error}")
