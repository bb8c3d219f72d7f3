"""`--find-limit`: more and more shoppers until the shop does not keep its promises, and which part was full then."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from deploy.local.load.plan import MOST_USERS, Plan
from deploy.local.load.running import Outcome, Target, carry_out
from loadtests.run import Run
from loadtests.run_token import new_run_id
from loadtests.samples import Sample, cores

MORE = 1.5  # times as many shoppers, each time
FULL_CORE = 0.85  # of one core: what a process that does one thing at a time can use
LATE_MS = 50.0
GROWING = 2.0  # times as many steps waiting in the last third as in the first
OLD_S = 5.0


@dataclass(frozen=True)
class Search:
    """good: the largest number of shoppers that passed, 0 for none; broken: the run that did not."""

    good: int
    broken: Outcome

    def __str__(self) -> str:
        plan, what = self.broken.plan, sorted({finding.what for finding in self.broken.findings})
        full = ", ".join(full_parts(self.broken)) or "nothing that was looked at"
        return (
            f"{'PASS' if self.good else 'FAIL'} {self.good} shoppers with {plan.instances} storefronts; "
            f"at {plan.users}: {', '.join(what) or 'still good'}; full: {full}"
        )


async def find_limit(plan: Plan, target: Target) -> Search:
    """Send more and more shoppers until a run does not pass; each run is told in a line."""
    good = 0
    while True:
        outcome = await carry_out(plan, target)
        word = "good" if outcome.has_passed else "BROKEN"
        print(f"{word}: {plan.users} shoppers, {_figures(outcome.run)}", flush=True)
        if not outcome.has_passed:
            return Search(good, outcome)
        good = plan.users
        if math.ceil(good * MORE) > MOST_USERS:
            return Search(good, outcome)
        plan = replace(plan, users=math.ceil(good * MORE), run=new_run_id())


def full_parts(outcome: Outcome) -> list[str]:
    """What had no room left, by name and share."""
    samples, used = outcome.run.samples, cores(outcome.run.samples)
    found = [f"{name} ({share:.2f} cores)" for name, share in used.items() if _is_full(name, share)]
    diary, all_cores = outcome.run.diary, os.cpu_count() or 1
    whole = sum(used.values()) + diary.cpu_s / max(1, diary.timeline.seconds)
    if whole > FULL_CORE * all_cores:
        found.append(f"the machine ({whole:.1f} of {all_cores} cores, the shoppers' own process among them)")
    if sum(sample.pool_waiting > 0 for sample in samples) > len(samples) / 2:
        found.append("the pool of database connections")
    if _is_queue_growing(samples):
        found.append("the queue: work comes faster than it is done")
    late = sorted(diary.late_ms)
    if late and late[int(len(late) * 0.99)] > LATE_MS:
        found.append("the shoppers' own process")
    return found


def _is_full(name: str, share: float) -> bool:
    return share > (FULL_CORE * (os.cpu_count() or 1) if name in ("mariadb", "haproxy") else FULL_CORE)


def _is_queue_growing(samples: Sequence[Sample]) -> bool:
    third = len(samples) // 3
    if not third:
        return False
    before, after = (max(each.waiting for each in part) for part in (samples[:third], samples[-third:]))
    oldest_s = max(each.queue_age_s or 0.0 for each in samples[-third:])
    return oldest_s > OLD_S or after > max(10.0, before * GROWING)


def _figures(run: Run) -> str:
    line = run.diary.timeline
    return f"{line.requests() / max(1, line.seconds):.0f} requests/s, p99 {line.percentile_ms(0.99):.0f} ms"
