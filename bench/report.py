"""`./shop bench --report`: the figures into docs/performance.md, between its two marks, with pictures beside it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.charts import Bar, bars
from bench.limits import HOLDS
from bench.machine import Machine
from bench.registry import MEASUREMENTS
from bench.rows import Row, shown

BEGIN, END = "<!-- bench: written by ./shop bench --report -->\n", "<!-- bench ends -->\n"
PAGE = Path("performance.md")
TARGETS, CURVE = Path("images/bench-targets.svg"), Path("images/bench-curve.svg")
HEAD = "| row | what | value | limit | ratio | target | what holds it |\n|---|---|---|---|---|---|---|\n"


def write_report(rows: Sequence[Row], machine: Machine, docs: Path) -> None:
    """Write tables and pictures; the page's own words around the marks stay.

    Args:
        docs: the folder with performance.md and images/.
    Raises:
        ValueError: the page has lost its marks.
    """
    page = docs / PAGE
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page} has lost the marks between which the tables stand")
    (docs / TARGETS).write_text(targets_picture(rows), encoding="utf-8")
    (docs / CURVE).write_text(curve_picture(rows), encoding="utf-8")
    page.write_text(before + BEGIN + tables(rows, machine) + END + after, encoding="utf-8")


def tables(rows: Sequence[Row], machine: Machine) -> str:
    """Markdown: the machine, how many targets are reached, the pictures, and a table a measurement."""
    asked = [row for row in rows if row.target is not None]
    reached = sum(row.is_good for row in asked)
    parts = [
        f"\n{machine.sentence()} {reached} of {len(asked)} targets are reached.\n",
        f"![How near each row comes to its target]({TARGETS})\n",
        f"![What more processes bring, and what a larger catalogue costs]({CURVE})\n",
        *_sections({row.name: row for row in rows}),
    ]
    return "\n".join(parts)


def _sections(found: Mapping[str, Row]) -> Iterator[str]:
    for measurement in MEASUREMENTS:
        lines = [_line(found[name], told) for name, told in measurement.rows.items() if name in found]
        if lines:
            yield f"### {measurement.title}\n\n{HEAD}{''.join(lines)}"


def _line(row: Row, told: str) -> str:
    limit, ratio, target = ("" if each is None else shown(each) for each in (row.limit, row.ratio, row.target))
    verdict = target if row.is_good else f"**{target} missed**"
    cells = (f"`{row.name}`", told, f"{shown(row.value)} {row.unit}", limit, ratio, verdict, HOLDS.get(row.name, ""))
    return f"| {' | '.join(cells)} |\n"


def targets_picture(rows: Sequence[Row]) -> str:
    """Ratio ÷ target of each row that has one: at the line or right of it is reached."""
    listed = [
        Bar(
            row.name,
            row.ratio / row.target,
            f"{shown(row.ratio)} of {shown(row.target)}",
            "good" if row.is_good else "missed",
        )
        for row in rows
        if row.ratio is not None and row.target
    ]
    return bars("Ratio to the limit, by its target", "The line is the target; each step is tenfold.", listed)


def curve_picture(rows: Sequence[Row]) -> str:
    """What 2 and 4 processes bring, and 10 and 100 times the catalogue costs, as shares of one."""
    names = {name for each in MEASUREMENTS if each.is_curve for name in each.rows}
    listed = [Bar(row.name, row.ratio, shown(row.ratio)) for row in rows if row.name in names and row.ratio]
    return bars("The cost curve", "The line is one process, and the catalogue as it is.", listed)
