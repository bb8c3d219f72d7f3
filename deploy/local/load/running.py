"""One load run from the first shopper to the verdict."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from deploy.local.faults import CannotLook
from deploy.local.load.disturbances import disturb
from deploy.local.load.generator import PEOPLE, TOKEN, shoppers_at
from deploy.local.load.observer import observe
from deploy.local.load.outside import count_charges, read_receipts
from deploy.local.load.plan import FLASH_PIECES, PIECES, Plan
from deploy.local.load.shop import Shop, open_accounts
from loadtests import run_record
from loadtests.diary import Diary
from loadtests.run import Finding, Outage, Run, standing
from loadtests.run_record import Record, Runs
from loadtests.run_token import LIFE_S, sign
from loadtests.samples import Sample
from loadtests.trip import read_products
from loadtests.verdict import judge

T = TypeVar("T")
LOOK_S = 1.0
AWAY_S = 30  # how long a shop may take to answer after the faults of a run
WITH_ACCOUNT = 0.1  # of all shoppers, more than there are among them: as many accounts are made


@dataclass(frozen=True)
class Target:
    """Where a run goes: to a shop of its own (then `shop` is there), or to one that runs elsewhere.

    Attributes:
        people: accounts and staff of a shop elsewhere; see loadtests.trip.plan_trip.
        meanwhile: what is done to the shop while people shop, in the place of the plan's faults.
    """

    url: str
    secret: str = field(repr=False)
    people: str = field(default="{}", repr=False)
    shop: Shop | None = None
    meanwhile: Callable[[], Awaitable[list[Outage]]] | None = None

    @classmethod
    def own(cls, shop: Shop) -> "Target":
        return cls(shop.url, shop.secret, shop=shop)

    async def invite(self, plan: Plan) -> str:
        """Everybody who signs in, as JSON."""
        if self.shop is None:
            return self.people
        accounts = await open_accounts(self.shop, plan.run, 1 + round(plan.users * WITH_ACCOUNT))
        return json.dumps({"accounts": accounts, "staff": self.shop.staff})


@dataclass(frozen=True)
class Outcome:
    plan: Plan
    run: Run
    findings: list[Finding]

    @property
    def has_passed(self) -> bool:
        return not self.findings


async def carry_out(plan: Plan, target: Target) -> Outcome:
    """Send the shoppers, make the faults, wait until the orders are done, and judge.

    Raises:
        CannotLook: the shop is not there, or takes no runs.
    """
    token = sign(target.secret, plan.run, int(time.time() + plan.seconds) + LIFE_S)
    runs = Runs(target.url, plan.run, token)
    hot_sku = await _look(_first_sku, target.url) if plan.shape == "flash" else ""
    await _look(runs.open, {"default": PIECES, **({hot_sku: FLASH_PIECES} if hot_sku else {})})
    diary, samples, outages = await _shop(plan, target, token, hot_sku)
    await _look(runs.end, patience_s=AWAY_S)
    record = await _record(plan, runs, diary)
    if target.shop is not None:
        ports = target.shop.ports
        mailbox, charges = await _look(read_receipts, ports.mailbox), await _look(count_charges, ports.payment)
        record = replace(record, mailbox=mailbox, charges=charges)
    run = Run(
        diary=diary,
        record=record,
        open_orders=_open(record, diary),
        samples=[replace(each, at_s=each.at_s - diary.began_s) for each in samples],
        outages=[_since(each, diary.began_s) for each in outages],
        users=plan.users,
        hot_sku=hot_sku,
        limits=plan.limits,
    )
    return Outcome(plan, run, judge(run))


async def _shop(plan: Plan, target: Target, token: str, hot_sku: str) -> tuple[Diary, list[Sample], list[Outage]]:
    """Everybody shops, and the faults happen; times of time.monotonic."""
    samples: list[Sample] = []
    async with shoppers_at(plan, target.url, hot_sku, {TOKEN: token, PEOPLE: await target.invite(plan)}) as shoppers:
        await shoppers.have_come()
        disturbing = asyncio.create_task(_disturb(plan, target))
        observing = asyncio.create_task(_observe(target, samples))
        try:
            diary = await shoppers.have_gone()
            outages = await disturbing
        finally:
            for task in (disturbing, observing):
                task.cancel()
            await asyncio.gather(disturbing, observing, return_exceptions=True)
    if not observing.cancelled() and (error := observing.exception()):
        raise error  # else nobody looked at the shop's health, and the verdict would not know
    return diary, samples, outages


async def _disturb(plan: Plan, target: Target) -> list[Outage]:
    if target.meanwhile:
        return await target.meanwhile()
    return await disturb(target.shop, plan.faults, plan.seconds, plan.seed) if target.shop else []


async def _observe(target: Target, samples: list[Sample]) -> None:
    if target.shop:
        await observe(target.shop, samples)


async def _record(plan: Plan, runs: Runs, diary: Diary) -> Record:
    """What the run left, as soon as every order is carried out, or when its time is over."""
    end_s = time.monotonic() + plan.limits.done_s
    record: Record = await _look(runs.read, patience_s=AWAY_S)
    while _open(record, diary) and time.monotonic() < end_s:
        await asyncio.sleep(LOOK_S)
        record = await _look(runs.read, patience_s=AWAY_S)
    return await _look(lambda: runs.read(with_audit=True), patience_s=AWAY_S)


def _open(record: Record, diary: Diary) -> list[str]:
    return record.open_orders([order["number"] for order in standing(record, diary)])


def _since(outage: Outage, began_s: float) -> Outage:
    return replace(outage, began_s=outage.began_s - began_s, ended_s=outage.ended_s - began_s)


def _first_sku(url: str) -> str:
    """What a flash sale sells."""
    return read_products(url, {})[0].skus[0]


async def _look(ask: Callable[..., T], *arguments: Any, patience_s: float = 0) -> T:
    """Ask the shop in a thread, again for so long if it is away; what it cannot be asked is one sentence."""
    end_s = time.monotonic() + patience_s
    while True:
        try:
            return await asyncio.to_thread(ask, *arguments)
        except (run_record.CannotLook, OSError) as error:
            is_away = isinstance(error, run_record.Away | OSError)
            if not is_away or time.monotonic() > end_s:
                raise CannotLook(str(error)) from None
        await asyncio.sleep(LOOK_S)
