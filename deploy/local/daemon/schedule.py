"""`cron.yaml`: which job is due in which minute, in UTC."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))


class ScheduleFault(Exception):
    """The file is no schedule; says where."""


@dataclass(frozen=True)
class Cron:
    """A cron expression of five fields, each as the set of numbers that fit; Sunday is 0."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    is_any_day_enough: bool  # cron's rule: with both kinds of day given, either will do

    def fits(self, minute: datetime) -> bool:
        is_day, is_weekday = minute.day in self.days, minute.isoweekday() % 7 in self.weekdays
        return (
            minute.minute in self.minutes
            and minute.hour in self.hours
            and minute.month in self.months
            and (is_day or is_weekday if self.is_any_day_enough else is_day and is_weekday)
        )


@dataclass(frozen=True)
class Entry:
    """A periodic job: its name, the path it is posted to, when."""

    name: str
    path: str
    cron: Cron


def parse(text: str) -> Cron:
    """Read `minute hour day month weekday`: numbers, names, lists, ranges, steps, `*`.

    Raises:
        ScheduleFault: it is something else.
    """
    words = text.split()
    if len(words) != len(FIELDS):
        raise ScheduleFault(f"{text!r} has not five fields")
    minutes, hours, days, months, weekdays = (_numbers(word, *field) for word, field in zip(words, FIELDS, strict=True))
    both = not words[2].startswith("*") and not words[4].startswith("*")
    return Cron(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), both)


def read_schedule(path: Path) -> Sequence[Entry]:
    """All entries of a file `version: 1`, `cron: [{name, url, schedule}]`.

    Raises:
        ScheduleFault: it cannot be read, or an entry is wrong or named twice.
    """
    import yaml  # type: ignore[import-untyped]

    try:
        found: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        if found["version"] != 1:
            raise ScheduleFault(f"{path}: the version must be 1")
        entries = [Entry(str(row["name"]), str(row["url"]), parse(str(row["schedule"]))) for row in found["cron"]]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ScheduleFault(f"{path} is no schedule: {type(error).__name__} {error}") from error
    if len({entry.name for entry in entries}) < len(entries):
        raise ScheduleFault(f"{path}: a name stands there twice")
    return entries


def _numbers(word: str, name: str, first: int, last: int) -> frozenset[int]:
    return frozenset(number for part in word.split(",") for number in _part(part, name, first, last))


def _part(part: str, name: str, first: int, last: int) -> Iterator[int]:
    span, slash, step = part.partition("/")
    low, dash, high = span.partition("-")
    try:
        every = int(step) if slash else 1
        begin = first if low == "*" else _number(low, name)
        end = _number(high, name) if dash else (last if low == "*" or slash else begin)
    except ValueError:
        raise ScheduleFault(f"{part!r} is no {name}") from None
    if not first <= begin <= end <= last or every < 1 or (low == "*" and dash):
        raise ScheduleFault(f"{part!r} is no {name}")
    yield from range(begin, end + 1, every)


def _number(word: str, name: str) -> int:
    names = {"month": MONTHS, "weekday": DAYS}.get(name, ())
    if word.lower() in names:
        return names.index(word.lower()) + (name == "month")
    return int(word)
