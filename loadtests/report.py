"""The report of a run: `index.html` to look at, `report.json` for programs."""

import json
import os
import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from loadtests.charts import Chart, Line
from loadtests.run import Finding, Run
from loadtests.run_record import invoices, receipts
from loadtests.samples import Sample, delay_ms
from loadtests.verdict import speed_limits

PAGE = Template(files("loadtests").joinpath("report.html").read_text(encoding="utf-8"))
TOLD = 50  # findings in the page; all are in the JSON
DELAY_OVER = 5  # samples of which one point of the loop's delay is made


def last_line(name: str, run: Run, findings: Sequence[Finding]) -> str:
    """`PASS …`, or `FAIL …` with each kind of finding and how many there are of it."""
    kinds = Counter(finding.what for finding in findings)
    what = "; ".join(f"{kind} ({count})" if count > 1 else kind for kind, count in kinds.items())
    return f"{'FAIL' if findings else 'PASS'} {name}: {f'{what}. ' if what else ''}{_counted(run)}"


def _counted(run: Run) -> str:
    numbers = figures(run)
    return (
        f"{run.users} shoppers, {numbers['requests']} requests, {numbers['errors']} errors, "
        f"{numbers['cart_operations']} cart operations, {numbers['orders']} orders, "
        f"{numbers['invoices']} invoices, {numbers['receipts']} receipts"
    )


def figures(run: Run) -> dict[str, Any]:
    orders, late = run.record.orders, sorted(run.diary.late_ms)
    return {
        "requests": run.diary.timeline.requests(),
        "errors": run.diary.timeline.errors(),
        "cart_operations": run.diary.operations,
        "orders": len(run.diary.orders),
        "refused": run.diary.refused,
        "invoices": sum(len(invoices(order)) for order in orders),
        "receipts": sum(len(receipts(order)) for order in orders),
        "loop_delay_p99_ms": delay_ms(run.samples),
        "shoppers_late_p99_ms": late[int(len(late) * 0.99)] if late else 0.0,
    }


def write_report(folder: Path, name: str, run: Run, findings: Sequence[Finding]) -> None:
    """Write both files; an older report is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = {
        "run": name,
        "verdict": "FAIL" if findings else "PASS",
        "line": last_line(name, run, findings),
        "machine": machine(),
        "findings": [asdict(finding) for finding in findings],
        "figures": figures(run),
        "kinds": list(kinds(run)),
        "faults": [asdict(outage) for outage in run.outages],
        "timeline": run.diary.timeline.rows(),
        "samples": list(map(_sample, run.samples)),
        "errors": run.diary.errors,
    }
    (folder / "report.json").write_text(json.dumps(plain, indent=1), encoding="utf-8")
    (folder / "index.html").write_text(_page(plain, run), encoding="utf-8")


def machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def kinds(run: Run) -> Iterator[dict[str, Any]]:
    """A row for each kind of request, faults left out as the verdict does it."""
    line, limits = run.diary.timeline, speed_limits(run)
    for kind in line.kinds:
        shares = {
            f"p{share}_ms": round(line.percentile_ms(share / 100, kind, run.is_calm), 1) for share in (50, 95, 99)
        }
        yield {"kind": kind, "requests": line.requests(kind), **shares, "limit_ms": limits.get(kind)}


def _sample(sample: Sample) -> dict[str, Any]:
    usage = {name: {"memory_mb": round(each.memory_mb, 1), "cpu_s": each.cpu_s} for name, each in sample.usage.items()}
    plain = ("at_s", "queue_age_s", "waiting", "pool_waiting")
    return {**{name: getattr(sample, name) for name in plain}, "usage": usage}


def charts(run: Run) -> Iterator[Chart]:
    rows, seconds = run.diary.timeline.rows(), max(run.diary.timeline.seconds, 1)
    common: dict[str, Any] = {"seconds": seconds, "outages": run.outages}

    def line(name: str, field: str, colour: int) -> Line:
        return Line(name, [(row["at_s"], row[field]) for row in rows], colour)

    yield Chart(title="Requests", unit="a second", lines=[line("requests", "rate", 1)], **common)
    percentiles = [line("p50", "p50_ms", 1), line("p95", "p95_ms", 2), line("p99", "p99_ms", 3)]
    yield Chart(title="Time to answer, all kinds", unit="ms", lines=percentiles, limit=150, **common)
    yield Chart(title="Errors", unit="a second", lines=[line("errors", "errors", 3)], **common)
    if run.samples:
        yield from _of_samples(run, common)


def _of_samples(run: Run, common: dict[str, Any]) -> Iterator[Chart]:
    ages = [(each.at_s, each.queue_age_s or 0.0) for each in run.samples]
    yield Chart(title="Oldest message not yet sent", unit="s", lines=[Line("queue age", ages, 2)], **common)
    waiting = [(each.at_s, float(each.waiting)) for each in run.samples]
    yield Chart(title="Steps of orders still to be done", unit="steps", lines=[Line("steps", waiting, 2)], **common)
    windows = [run.samples[index : index + DELAY_OVER] for index in range(len(run.samples) - DELAY_OVER + 1)]
    delays = [(window[-1].at_s, delay_ms(window)) for window in windows]
    yield Chart(title="Loop delay, p99", unit="ms", lines=[Line("storefronts", delays, 1)], **common)
    names = sorted({name for each in run.samples for name in each.delays})[:4]
    memory = [
        Line(name, [(each.at_s, each.usage[name].memory_mb) for each in run.samples if name in each.usage], number)
        for number, name in enumerate(names, 1)
    ]
    yield Chart(title="Memory", unit="MB", lines=memory, **common)


def _page(plain: dict[str, Any], run: Run) -> str:
    return PAGE.substitute(
        verdict=plain["verdict"],
        name=escape(plain["run"]),
        line=escape(plain["line"]),
        machine=escape(plain["machine"]),
        findings="\n".join(_finding(each) for each in plain["findings"][:TOLD]),
        kinds="\n".join(map(_kind, plain["kinds"])),
        charts="\n".join(f"<figure>{chart.svg()}</figure>" for chart in charts(run)),
    )


def _finding(plain: dict[str, Any]) -> str:
    return f"<li><b>{escape(plain['what'])}</b> {escape(plain['detail'])}</li>"


def _kind(row: dict[str, Any]) -> str:
    limit = row["limit_ms"]
    state = ' class="bad"' if limit is not None and row["p99_ms"] > limit else ""
    numbers = (row["requests"], row["p50_ms"], row["p95_ms"], row["p99_ms"], limit if limit is not None else "")
    return (
        f"<tr{state}><th scope='row'>{escape(row['kind'])}</th>{''.join(f'<td>{each}</td>' for each in numbers)}</tr>"
    )
