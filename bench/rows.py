"""Figures and their limits, as text and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """ratio: how many times better than the limit; limit: must; target: aim, where it is another."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    target: float | None = None


def as_json(rows: Sequence[Row]) -> str:
    return json.dumps({"rows": [asdict(row) for row in rows]}) + "\n"


def as_text(rows: Sequence[Row]) -> str:
    lines = [f"{row.name:<36}{row.value:>8} {row.unit:<9}{_limit(row)}" for row in rows]
    return "\n".join(lines) + "\n"


def _limit(row: Row) -> str:
    return "" if row.limit is None else f"limit {row.limit}, {row.ratio} × as good"


def are_good(rows: Sequence[Row]) -> bool:
    return all(row.ratio is None or row.ratio >= 1 for row in rows)
