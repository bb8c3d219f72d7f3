"""docs/cost.md."""

from collections.abc import Iterator, Sequence

from deploy.cost.figures import Figures
from deploy.cost.idle import Part, idle_month
from deploy.cost.limits import limits
from deploy.cost.orders import thousand_orders

RATES = (1, 10, 100)


def page(dev: Figures, prod: Figures) -> str:
    return "\n".join([*_head(prod), *_months(dev, prod), *_orders(prod), *_limits(prod), *_assumptions(prod)]) + "\n"


def _head(of: Figures) -> Iterator[str]:
    about = of.about_prices
    yield "# What it costs"
    yield ""
    yield "Written by `python -m deploy.cost`; change `deploy/cost/prices.json` or `usage.json` and run it again."
    yield f"Prices: {about['region']}, {about['date']}, {about['currency']}, {about['note']}."
    yield "No bill has ever been seen: this is reckoned from prices, `deploy/params` and the assumptions at the end."


def _months(dev: Figures, prod: Figures) -> Iterator[str]:
    for of in (dev, prod):
        parts = idle_month(of)
        yield from ("", f"## An idle month of `{of.environment}`", "| part | what | $ a month |", "|---|---|---|")
        yield from (f"| {part.name} | {part.made_of} | {part.dollars:.2f} |" for part in parts)
        yield f"| **all** | {_dominating(parts)} | **{_sum(parts):.2f}** |"


def _orders(of: Figures) -> Iterator[str]:
    columns = {rate: thousand_orders(of, rate) for rate in RATES}
    yield from ("", "## $ for 1,000 orders, at a steady rate all day")
    yield "| part | " + " | ".join(f"{rate} a second" for rate in RATES) + " |"
    yield "|---|" + "---|" * len(RATES)
    for at, part in enumerate(columns[RATES[0]]):
        cells = (f"{column[at].dollars:.3f}{_size(column[at])}" for column in columns.values())
        yield f"| {part.name} | " + " | ".join(cells) + " |"
    yield "| **all** | " + " | ".join(f"**{_sum(column):.2f}**" for column in columns.values()) + " |"
    yield "| what dominates | " + " | ".join(_dominating(column) for column in columns.values()) + " |"


def _limits(of: Figures) -> Iterator[str]:
    yield from ("", f"## What breaks first (`{of.environment}`, one region)")
    yield from ("| part | orders a second | then |", "|---|---|---|")
    for limit in limits(of):
        yield f"| {limit.part} | {limit.orders_per_s:.0f} | {limit.remedy} |"
    yield ""
    yield "For ten or a hundred times today's rate, do what stands in each row whose figure is below it. Readers take"
    yield "pages and searches off the writer, and no order. SQS has no limit near these rates."


def _assumptions(of: Figures) -> Iterator[str]:
    yield from ("", "## What this is reckoned from", "| what | value | from |", "|---|---|---|")
    for name, about in of.usage.items():
        values = {key: f"{value:.10g}" for key, value in about.items() if key != "from"}
        told = values.get("value") or ", ".join(f"{key} {value}" for key, value in values.items())
        yield f"| {name} | {told} | {about['from']} |"


def _sum(parts: Sequence[Part]) -> float:
    return sum(part.dollars for part in parts)


def _dominating(parts: Sequence[Part]) -> str:
    most = max(parts, key=lambda part: part.dollars)
    return f"{most.name}: {100 * most.dollars / _sum(parts):.0f} %"


def _size(part: Part) -> str:
    return f" ({part.made_of})" if part.name in ("storefronts", "workers", "database") else ""
