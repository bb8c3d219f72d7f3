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


def growth(samples: Sequence[Sample], part: str) -> float:
    """By which share the memory of a part's last process grew, between the first and the last few looks at it."""
    last_pid = next((each.usage[part].pid for each in reversed(samples) if part in each.usage), 0)
    memory = [each.usage[part].memory_mb for each in samples if part in each.usage and each.usage[part].pid == last_pid]
    few = max(1, len(memory) // 6)
    first, last = sorted(memory[:few]), sorted(memory[-few:])
    return last[len(last) // 2] / first[len(first) // 2] - 1 if memory else 0.0


def cores(samples: Sequence[Sample]) -> dict[str, float]:
    """How many cores each part used on average, by name; one that was started anew counts from then on."""
    used, over_s = defaultdict[str, float](float), (samples[-1].at_s - samples[0].at_s) if samples else 0.0
    for earlier, later in pairwise(samples):
        for name, usage in later.usage.items():
            before = earlier.usage.get(name)
            if before is not None and before.pid == usage.pid:
                used[name] += usage.cpu_s - before.cpu_s
    return {name: seconds / over_s for name, seconds in used.items()} if over_s else {}
