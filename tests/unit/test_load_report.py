"""What is kept of a load run: the diary, the answers' times, the report."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from loadtests.charts import Chart, Line
from loadtests.diary import Cart, Diary, Order
from loadtests.history import NEVER, Operation
from loadtests.report import kinds, last_line, write_report
from loadtests.run import Finding, Outage, Run
from loadtests.run_record import Record
from loadtests.samples import Sample, Usage, cores, delay_ms, growth
from loadtests.timeline import Timeline

FOUND = [Finding("cart lost", "one"), Finding("cart lost", "two"), Finding("slow <cart>", "p99 & more")]


def test_percentiles_are_right_to_two_per_cent() -> None:
    line = Timeline()
    for took_ms in range(1, 101):
        line.note("cart", 0.5, took_ms / 1000, is_error=False)

    assert [line.percentile_ms(share) for share in (0.5, 0.95, 0.99)] == pytest.approx([50, 95, 99], rel=0.02)
    assert line.percentile_ms(0.99, "checkout") == 0


def test_answers_are_counted_by_second_and_kind() -> None:
    line = Timeline()
    for at_s, kind, is_error in ((0.1, "page", False), (1.2, "page", True), (1.3, "cart", False)):
        line.note(kind, at_s, 0.01, is_error=is_error)

    assert [(row["at_s"], row["rate"], row["errors"]) for row in line.rows()] == [(0, 1, 0), (1, 2, 1)]
    assert (line.requests("page"), line.errors(lambda second: second == 0)) == (2, 0)


def test_a_diary_is_the_same_after_it_was_written_and_read(tmp_path: Path) -> None:
    kept = Diary(began_s=5.0, asked=["k1"], refused={"sold-out": 2}, late_ms=[0.3], shoppers=[(5.0, 3)])
    lost = Operation(verb="add", sku="A", pieces=1, asked_s=1, asked_last_s=2, answered_s=NEVER, over_s=9)
    kept.carts.append(Cart(whose="GuestBuyer", operations=[lost]))
    kept.orders.append(Order(key="k1", number="N", email="a@example.com", total_cents=1, pieces={"A": 1}, at_s=3))
    kept.timeline.note("cart", 1.5, 0.02, is_error=True)

    kept.write(tmp_path / "diary.json")
    read = Diary.read(tmp_path / "diary.json")

    assert read.timeline.as_json() == kept.timeline.as_json()
    read.timeline, read.shoppers = kept.timeline, [(at_s, count) for at_s, count in read.shoppers]
    assert read == kept


def run() -> Run:
    diary = Diary()
    diary.timeline.note("cart", 0.5, 0.2, is_error=False)
    diary.timeline.note("page", 3.5, 0.01, is_error=True)
    samples = [
        Sample(
            at_s=at_s,
            usage={"storefront-1": Usage(pid=1, memory_mb=100 + at_s, cpu_s=at_s / 2)},
            delays={"storefront-1": {0.01: at_s, float("inf"): at_s}},
            queue_age_s=0.0,
        )
        for at_s in range(1, 8)
    ]
    outage = Outage(name="kill-web", began_s=2, ended_s=2, is_felt=True)
    return Run(diary=diary, record=Record(orders=[]), samples=samples, outages=[outage], users=3)


def test_the_last_line_names_what_failed() -> None:
    assert last_line("r1", run(), []) == (
        "PASS r1: 3 shoppers, 2 requests, 1 errors, 0 cart operations, 0 orders, 0 invoices, 0 receipts"
    )
    assert last_line("r1", run(), FOUND).startswith("FAIL r1: cart lost (2); slow <cart>. 3 shoppers, ")


def test_a_flash_sale_has_no_limit_that_its_verdict_does_not_know() -> None:
    assert [row["limit_ms"] for row in kinds(replace(run(), hot_sku="A"))] == [None, None]


def test_the_report_is_a_page_and_a_document(tmp_path: Path) -> None:
    write_report(tmp_path, "r1", run(), FOUND)

    plain = json.loads((tmp_path / "report.json").read_text())
    page = (tmp_path / "index.html").read_text()
    assert (plain["verdict"], plain["findings"][0]) == ("FAIL", {"what": "cart lost", "detail": "one"})
    assert [(row["kind"], row["requests"], row["limit_ms"]) for row in plain["kinds"]] == [
        ("cart", 1, 150),
        ("page", 1, 150),
    ]
    assert plain["faults"] == [{"name": "kill-web", "began_s": 2, "ended_s": 2, "is_felt": True}]
    assert plain["samples"][0]["usage"] == {"storefront-1": {"memory_mb": 101, "cpu_s": 0.5}}
    assert "slow &lt;cart&gt;</b> p99 &amp; more" in page
    assert page.count("<svg") == 7
    assert page.count('class="fault-name"') == 7
    assert "$" not in page


def test_a_chart_is_good_svg_whatever_it_shows() -> None:
    for points in ([], [(0.0, 0.0)], [(0.0, 3.0), (9.0, 12345.0)]):
        chart = Chart(title="A & B", unit="ms", lines=[Line("<p99>", points, 1)], seconds=9, limit=150)

        assert ElementTree.fromstring(chart.svg()).tag == "svg"  # noqa: S314 (our own text)


def test_memory_and_cores_are_those_of_the_last_process() -> None:
    samples = [
        Sample(at_s=at_s, usage={"web": Usage(pid=pid, memory_mb=mb, cpu_s=cpu_s)})
        for at_s, pid, mb, cpu_s in ((0, 1, 500, 7.0), (2, 2, 100, 0.0), (4, 2, 110, 1.0))
    ]

    assert growth(samples, "web", warm_s=0) == pytest.approx(0.1)
    assert growth(samples, "web", warm_s=2) == 0  # it has been there for two seconds only
    assert cores(samples) == {"web": 0.25}
    assert growth(samples, "nobody", warm_s=0) == 0


def test_the_loops_delay_leaves_out_the_look_across_a_new_start() -> None:
    never = float("inf")
    looks = [
        Sample(at_s=at_s, delays={"storefront-1": {0.01: early, 0.5: early + late, never: early + late}})
        for at_s, early, late in ((0, 100, 0), (2, 120, 0), (4, 10, 8), (6, 30, 8))
    ]

    assert delay_ms(looks) == 10
    assert delay_ms(looks[:1]) == 0
