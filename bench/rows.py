"""Figures and their limits, as text and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

COLUMNS = ("row", "value", "unit", "limit", "ratio", "target", "")


@dataclass(frozen=True)
class Row:
    """A figure beside what it is held against.

    Attributes:
        limit: in the same unit: what the same run could do at best, or what is asked for.
        ratio: how near the value comes to the limit; above 1 it is better than that.
        target: what the ratio must reach; None where nothing is asked for. A row that only informs has neither limit
            nor ratio nor target.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    target: float | None = None

    @property
    def is_good(self) -> bool:
        return self.ratio is None or self.target is None or self.ratio >= self.target


def more_is_better(name: str, value: float, unit: str, *, limit: float, target: float) -> Row:
    return Row(name, _round(value), unit, _round(limit), _ratio(value / limit), target)


def less_is_better(name: str, value: float, unit: str, *, limit: float, target: float) -> Row:
    return Row(name, _round(value), unit, _round(limit), _ratio(limit / value), target)


def beside(name: str, value: float, unit: str, *, limit: float) -> Row:
    """More is better, and nothing is asked for."""
    return Row(name, _round(value), unit, _round(limit), _ratio(value / limit))


def informs(name: str, value: float, unit: str) -> Row:
    return Row(name, _round(value), unit)


def as_json(rows: Sequence[Row]) -> str:
    return json.dumps({"rows": [asdict(row) for row in rows]}) + "\n"


def as_text(rows: Sequence[Row]) -> str:
    """A table, numbers to the right, with a word on each row that has a target."""
    lines = [COLUMNS, *map(_cells, rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(COLUMNS))]
    words = {0, 2, len(COLUMNS) - 1}
    return "".join(
        "  ".join(f"{cell:{'<' if at in words else '>'}{widths[at]}}" for at, cell in enumerate(line)).rstrip() + "\n"
        for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    numbers = ["" if each is None else shown(each) for each in (row.limit, row.ratio, row.target)]
    verdict = "" if row.target is None else "good" if row.is_good else "MISSED"
    return (row.name, shown(row.value), row.unit, *numbers, verdict)


def shown(number: float) -> str:
    """As people write it, also when it is large."""
    return f"{number:.0f}" if number >= 1000 else f"{number:g}"


def _ratio(ratio: float) -> float:
    """Two decimals, or two digits that count where those would be noughts."""
    return round(ratio, 2) if ratio >= 0.1 else float(f"{ratio:.2g}")


def _round(value: float) -> float:
    """Three digits that count; more are noise."""
    return float(f"{value:.3g}")
