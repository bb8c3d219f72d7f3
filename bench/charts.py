"""Figures as SVG: bars on a scale of tenfold steps. Light and dark follow the reader's system; nothing is fetched."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, NAMES, WORDS, ROW, TOP = 760, 160, 110, 22, 58
LOWEST = 0.01  # where the bars begin; less is drawn as a stump
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1c2333 }
  .soft { fill: #5b6478 } .title { font-weight: 600 }
  .line { stroke: #8a93a6; stroke-width: 1 } .mark { stroke: #1c2333; stroke-width: 2 }
  .good { fill: #2f6f4f } .missed { fill: #b3423a } .plain { fill: #35508f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e7eaf2 } .soft { fill: #a9b1c4 } .line { stroke: #6b7489 } .mark { stroke: #e7eaf2 }
    .good { fill: #69b68d } .missed { fill: #ea8a80 } .plain { fill: #8fa8e0 }
  }
"""


@dataclass(frozen=True)
class Bar:
    """value: above 0; kind: good, missed or plain, which its words say, too."""

    name: str
    value: float
    words: str
    kind: str = "plain"


def bars(title: str, note: str, listed: Sequence[Bar], mark: float = 1.0) -> str:
    """A picture of these bars, with a line at `mark`."""
    highest = 10 ** math.ceil(math.log10(max([mark, *(bar.value for bar in listed)]) * 1.001))
    height = TOP + ROW * len(listed) + 12
    scale = _Scale(highest)
    drawn = "\n".join(_bar(bar, TOP + ROW * at, scale) for at, bar in enumerate(listed))
    box = f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{_text(title)}"'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" {box}>
<style>{STYLE}</style>
<text class="title" x="0" y="16">{_text(title)}</text>
<text class="soft" x="0" y="34">{_text(note)}</text>
{_steps(scale, height)}
{drawn}
<line class="mark" x1="{scale.x(mark):.1f}" y1="{TOP - 4}" x2="{scale.x(mark):.1f}" y2="{height - 8}"/>
</svg>
"""


@dataclass(frozen=True)
class _Scale:
    highest: float

    def x(self, value: float) -> float:
        share = math.log10(max(value, LOWEST) / LOWEST) / math.log10(self.highest / LOWEST)
        return NAMES + share * (WIDTH - NAMES - WORDS)


def _steps(scale: _Scale, height: int) -> str:
    values = [10.0**power for power in range(round(math.log10(LOWEST)), round(math.log10(scale.highest)) + 1)]
    return "\n".join(
        f'<line class="line" x1="{scale.x(value):.1f}" y1="{TOP - 4}" x2="{scale.x(value):.1f}" y2="{height - 8}"/>'
        f'<text class="soft" x="{scale.x(value):.1f}" y="{TOP - 8}" text-anchor="middle">{value:g}</text>'
        for value in values
    )


def _bar(bar: Bar, y: int, scale: _Scale) -> str:
    length = max(2.0, scale.x(bar.value) - NAMES)
    return (
        f'<text x="{NAMES - 8}" y="{y + 15}" text-anchor="end">{_text(bar.name)}</text>'
        f'<rect class="{bar.kind}" x="{NAMES}" y="{y + 4}" width="{length:.1f}" height="{ROW - 8}"/>'
        f'<text x="{WIDTH}" y="{y + 15}" text-anchor="end">{_text(bar.words)}</text>'
    )


def _text(words: str) -> str:
    return escape(words, {'"': "&quot;"})
