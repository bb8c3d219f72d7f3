"""How long answers took and how many were errors: by second and kind of request, in little room."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

STEP = 1.02  # a bucket is two per cent wide, so no percentile is further off than that

IsCounted = Callable[[int], bool]


def _always(_second: int) -> bool:
    return True


@dataclass
class Cell:
    """One second of one kind: answers by bucket of their time, errors among them."""

    took: Counter[int] = field(default_factory=Counter)
    errors: int = 0


@dataclass
class Timeline:
    """cells: by second since the beginning, and kind of request."""

    cells: dict[int, dict[str, Cell]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Cell)))

    def note(self, kind: str, at_s: float, took_s: float, *, is_error: bool) -> None:
        """Count an answer that came at this time."""
        cell = self.cells[int(at_s)][kind]
        cell.took[_bucket(took_s * 1000)] += 1
        cell.errors += is_error

    @property
    def kinds(self) -> list[str]:
        return sorted({kind for cells in self.cells.values() for kind in cells})

    @property
    def seconds(self) -> int:
        """From the beginning to the last answer."""
        return max(self.cells, default=-1) + 1

    def between(self, first: int, end: int) -> "Timeline":
        """The part from this second on, up to that one, which is left out."""
        return Timeline({second: self.cells[second] for second in range(first, end) if second in self.cells})

    def requests(self, kind: str | None = None, is_counted: IsCounted = _always) -> int:
        return self._took(kind, is_counted).total()

    def errors(self, is_counted: IsCounted = _always) -> int:
        counted = (cells for second, cells in self.cells.items() if is_counted(second))
        return sum(cell.errors for cells in counted for cell in cells.values())

    def percentile_ms(self, share: float, kind: str | None = None, is_counted: IsCounted = _always) -> float:
        """The time that this share of the answers did not exceed; 0 where there was none."""
        return _percentile_ms(self._took(kind, is_counted), share)

    def rows(self) -> list[dict[str, float]]:
        """For charts: a row a second with rate, errors and percentiles of all kinds."""
        return [self.between(second, second + 1)._row(second) for second in range(self.seconds)]

    def as_json(self) -> list[list[Any]]:
        return [
            [second, kind, dict(cell.took), cell.errors]
            for second, cells in sorted(self.cells.items())
            for kind, cell in sorted(cells.items())
        ]

    @classmethod
    def from_json(cls, rows: Iterable[Sequence[Any]]) -> "Timeline":
        read = cls()
        for second, kind, took, errors in rows:
            counted = Counter({int(bucket): int(count) for bucket, count in took.items()})
            read.cells[int(second)][str(kind)] = Cell(counted, int(errors))
        return read

    def _row(self, second: int) -> dict[str, float]:
        took = self._took(None, _always)
        shares = {f"p{share}_ms": _percentile_ms(took, share / 100) for share in (50, 95, 99)}
        return {"at_s": second, "rate": took.total(), "errors": self.errors(), **shares}

    def _took(self, kind: str | None, is_counted: IsCounted) -> Counter[int]:
        found = Counter[int]()
        for second, cells in self.cells.items():
            if is_counted(second):
                for cell in cells.values() if kind is None else [cells[kind]] if kind in cells else []:
                    found.update(cell.took)
        return found


def _bucket(took_ms: float) -> int:
    return math.ceil(math.log(max(took_ms, 0.01), STEP))


def _percentile_ms(took: Counter[int], share: float) -> float:
    wanted, counted = math.ceil(took.total() * share), 0
    for bucket in sorted(took):
        counted += took[bucket]
        if counted >= wanted:
            return float(STEP**bucket)
    return 0.0
