"""What a cache did, counted for /metrics."""

from dataclasses import dataclass


@dataclass
class CacheTally:
    """hits: fresh; stale: given out while a newer one was on its way; flights: how often something was made anew.

    absent: how often it was remembered that there is no such thing; failures: flights that ended in an error; broken:
    kept values that could not be read; unkept: values that Redis did not take; shed: too many were waiting already;
    oldest_s: the age of the oldest value that was given out since the last scrape.
    """

    hits: int = 0
    stale: int = 0
    misses: int = 0
    flights: int = 0
    failures: int = 0
    broken: int = 0
    absent: int = 0
    unkept: int = 0
    shed: int = 0
    entries: int = 0
    size: int = 0
    oldest_s: float = 0.0

    def note_age(self, age_s: float) -> None:
        self.oldest_s = max(self.oldest_s, age_s)
