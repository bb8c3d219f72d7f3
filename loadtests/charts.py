"""Charts of a run as SVG: lines over the run's time, faults marked; colours come from the page's style."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from loadtests.run import Outage

WIDTH, HEIGHT = 860, 200
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 22, 24
GRID = 4  # lines across
LABELS_X = 8

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Line:
    """colour: 1 to 4, as the page's style has them."""

    name: str
    points: Points
    colour: int


@dataclass(frozen=True, kw_only=True)
class Chart:
    """lines over seconds; limit: a bar that should not be passed."""

    title: str
    unit: str
    lines: Sequence[Line]
    seconds: float
    outages: Sequence[Outage] = ()
    limit: float | None = None

    def svg(self) -> str:
        legend = ", ".join(line.name for line in self.lines)
        parts = [
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(f"{self.title}: {legend}")}">',
            *self._grid(),
            *map(self._mark, self.outages),
            *self._limit(),
            *map(self._line, self.lines),
            *self._legend(),
            "</svg>",
        ]
        return "\n".join(parts)

    @property
    def _top(self) -> float:
        """The highest value of the axis: a round number."""
        highest = max((value for line in self.lines for _, value in line.points), default=0.0)
        return _round_up(max(highest, self.limit or 0.0))

    def _x(self, at_s: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, max(0.0, at_s / max(self.seconds, 1))), 1)

    def _y(self, value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self._top, 1)

    def _grid(self) -> list[str]:
        drawn = []
        for number in range(GRID + 1):
            value = self._top * number / GRID
            y = self._y(value)
            drawn.append(f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
            drawn.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{value:g}</text>')
        step = _round_up(self.seconds / LABELS_X)
        for number in range(int(self.seconds / step) + 1):
            x, minute, second = self._x(number * step), *divmod(round(number * step), 60)
            drawn.append(f'<text x="{x}" y="{HEIGHT - 6}" text-anchor="middle">{minute}:{second:02d}</text>')
        return drawn

    def _mark(self, outage: Outage) -> str:
        x = self._x(outage.began_s)
        width, height = max(2.0, round(self._x(outage.ended_s) - x, 1)), HEIGHT - TOP - BOTTOM
        return (
            f'<rect class="fault" x="{x}" y="{TOP}" width="{width}" height="{height}">'
            f"<title>{escape(outage.name)}</title></rect>"
            f'<text class="fault-name" x="{x + 4}" y="{TOP + 11}">{escape(outage.name)}</text>'
        )

    def _limit(self) -> list[str]:
        if self.limit is None:
            return []
        return [f'<path class="limit" d="M{LEFT} {self._y(self.limit)}H{WIDTH - RIGHT}"/>']

    def _line(self, line: Line) -> str:
        points = " ".join(f"{self._x(at_s)},{self._y(min(value, self._top))}" for at_s, value in line.points)
        return f'<polyline class="line c{line.colour}" points="{points}"/>'

    def _legend(self) -> list[str]:
        drawn, x = [f'<text class="title" x="0" y="13">{escape(self.title)}, {escape(self.unit)}</text>'], WIDTH - RIGHT
        for line in reversed(self.lines):
            drawn.append(f'<text x="{x}" y="13" text-anchor="end">{escape(line.name)}</text>')
            x -= 7 * len(line.name) + 6
            drawn.append(f'<rect class="key c{line.colour}" x="{x - 10}" y="4" width="10" height="10"/>')
            x -= 22
        return drawn


def _round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 …"""
    step = 1.0
    while step * 10 < value:
        step *= 10
    return next((step * factor for factor in (1, 2, 5, 10) if step * factor >= value), 1.0)
