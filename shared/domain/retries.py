"""When a step that failed is tried again (AWS Builders' Library, "Timeouts, retries and backoff with jitter")."""

from collections.abc import Callable

FIRST_S = 1.0
QUICK_CAP_S, QUICK_UNTIL_S = 30.0, 600.0  # at most this far apart in the first ten minutes
SLOW_S = 900.0
GIVE_UP_S = 24 * 3600.0  # a step this old is dead: a person looks at it


def backoff_s(attempt: int, age_s: float, random: Callable[[], float]) -> float | None:
    """Seconds until the next try, or None when it is time to give up.

    Args:
        attempt: how often it was tried, from 1.
        age_s: how long ago the step was written.
        random: gives 0 ≤ x < 1 (full jitter: all delays are spread over the whole interval).
    """
    if age_s >= GIVE_UP_S:
        return None
    if age_s >= QUICK_UNTIL_S:
        return SLOW_S / 2 + random() * SLOW_S / 2
    return 0.2 + random() * float(min(QUICK_CAP_S, FIRST_S * 2 ** min(attempt - 1, 10)))
