"""What a shop's processes tell of themselves, once a second: delay of their loops, memory, work that waits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Buckets = Mapping[float, float]  # upper bound in seconds -> observations up to it, ever


@dataclass(frozen=True, kw_only=True)
class Usage:
    """A process at one moment; cpu_s since its start."""

    pid: int
    memory_mb: float
    cpu_s: float


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One look.

    Attributes:
        at_s: since the run began.
        usage: by part.
        delays: by storefront.
        queue_age_s: of the oldest message not sent yet; None where it could not be seen.
        waiting: steps of orders that are still to be done.
        pool_waiting: requests that wait for a database connection, of all storefronts.
    """

    at_s: float
    usage: Mapping[str, Usage] = field(default_factory=dict)
    delays: Mapping[str, Buckets] = field(default_factory=dict)
    queue_age_s: float | None = None
    waiting: int = 0
    pool_waiting: int = 0


def delay_ms(samples: Sequence[Sample], share: float = 0.99) -> float:
    """The loop delay that this share stayed below between the first and the last look; 0 where nothing was seen."""
    seen = defaultdict[float, float](float)
    for earlier, later in pairwise(samples):
        for name, buckets in later.delays.items():
            before = earlier.delays.get(name, {})
            grown = {bound: count - before.get(bound, 0) for bound, count in buckets.items()}
            if before and min(grown.values()) >= 0:  # else it was started anew in between
                for bound, count in grown.items():
                    seen[bound] += count
    total = seen[float("inf")]
    found = (bound for bound in sorted(seen) if seen[bound] >= total * share)
    return min(next(found, 0.0), 10.0) * 1000 if total else 0.0


def growth(samples: Sequence[Sample], part: str, warm_s: float) -> float:
    """By which share the memory of a part's last process grew, once it had run for so long.

    That is between the first and the last few looks; 0 where less than half as much time followed.
    """
    seen = [each for each in samples if part in each.usage]
    last = [each for each in seen if each.usage[part].pid == seen[-1].usage[part].pid]
    warm = [each for each in last if each.at_s - last[0].at_s >= warm_s]
    if not warm or warm[-1].at_s - warm[0].at_s < warm_s / 2:
        return 0.0
    memory, few = [each.usage[part].memory_mb for each in warm], max(1, len(warm) // 6)
    first, last_few = sorted(memory[:few]), sorted(memory[-few:])
    return last_few[len(last_few) // 2] / first[len(first) // 2] - 1


def cores(samples: Sequence[Sample]) -> dict[str, float]:
    """How many cores each part used on average, by name; one that was started anew counts from then on."""
    used, over_s = defaultdict[str, float](float), (samples[-1].at_s - samples[0].at_s) if samples else 0.0
    for earlier, later in pairwise(samples):
        for name, usage in later.usage.items():
            before = earlier.usage.get(name)
            if before is not None and before.pid == usage.pid:
                used[name] += usage.cpu_s - before.cpu_s
    return {name: seconds / over_s for name, seconds in used.items()} if over_s else {}
