"""The bench: its rows, their limits and targets, and what it prints."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import __main__ as door
from bench import registry
from bench.limits import HOLDS
from bench.machine import Machine
from bench.registry import ROWS, Measurement, measure
from bench.report import BEGIN, CURVE, END, PAGE, TARGETS, write_report
from bench.rows import Row, as_json, as_text, beside, informs, less_is_better, more_is_better

FAST = more_is_better("fast", 130.04, "tasks/s", limit=200, target=0.5)
LEAN = less_is_better("lean", 150, "ms/order", limit=120, target=1)
BESIDE = informs("beside", 33.333, "ms/order")
NEAR = beside("near", 12, "req/s", limit=1600)
MACHINE = Machine("Some CPU", 2, 8, "Debian, Linux 6", "3.11.2", 0.25, datetime(2026, 11, 3, tzinfo=UTC))


def test_a_ratio_above_its_target_is_good_whether_more_or_less_is_better() -> None:
    assert Row("fast", 130, "tasks/s", limit=200, ratio=0.65, target=0.5) == FAST
    assert Row("lean", 150, "ms/order", limit=120, ratio=0.8, target=1) == LEAN
    assert [row.is_good for row in (FAST, LEAN, BESIDE)] == [True, False, True]


def test_a_row_beside_a_limit_without_a_target_is_good_and_keeps_two_digits_of_a_small_ratio() -> None:
    assert Row("near", 12, "req/s", limit=1600, ratio=0.0075) == NEAR
    assert NEAR.is_good


def test_the_json_has_six_fields_a_row_and_null_for_what_a_row_has_not() -> None:
    assert json.loads(as_json([LEAN, BESIDE])) == {
        "rows": [
            {"name": "lean", "value": 150.0, "unit": "ms/order", "limit": 120.0, "ratio": 0.8, "target": 1},
            {"name": "beside", "value": 33.3, "unit": "ms/order", "limit": None, "ratio": None, "target": None},
        ]
    }


def test_the_table_says_which_target_is_missed() -> None:
    assert as_text([FAST, LEAN, BESIDE]).splitlines() == [
        "row     value  unit      limit  ratio  target",
        "fast      130  tasks/s     200   0.65     0.5  good",
        "lean      150  ms/order    120    0.8       1  MISSED",
        "beside   33.3  ms/order",
    ]


def test_no_two_rows_have_one_name_and_each_says_what_it_is() -> None:
    assert len(ROWS) == sum(len(each.rows) for each in registry.MEASUREMENTS)
    assert all(ROWS.values())
    assert {"pipeline", "orders", "orders-cpu"} <= ROWS.keys()


def test_what_holds_a_row_is_told_of_rows_that_there_are() -> None:
    assert HOLDS.keys() <= ROWS.keys()


async def test_only_what_is_wanted_is_measured() -> None:
    begun: list[str] = []

    def measurement(*rows: Row) -> Measurement:
        async def run() -> Sequence[Row]:
            begun.extend(row.name for row in rows)
            return rows

        return Measurement("told", {row.name: "told" for row in rows}, run)

    titles: list[str] = []
    found = await measure({"lean"}, [measurement(FAST), measurement(LEAN, BESIDE)], titles.append)

    assert (found, titles) == ([LEAN], ["told"])
    assert begun == ["lean", "beside"]


@pytest.mark.parametrize(("rows", "code"), [([FAST, BESIDE], 0), ([FAST, LEAN], 1)])
def test_a_missed_target_is_the_exit_code(
    rows: list[Row], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def measured(_: object, **__: object) -> list[Row]:
        return rows

    monkeypatch.setattr(door, "measure", measured)

    assert door.main(["--json"]) == code
    assert capsys.readouterr().out == as_json(rows)


def test_an_unknown_row_is_a_wrong_use_and_is_told_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        door.main(["--only", "nope"])

    captured = capsys.readouterr()
    assert (left.value.code, captured.out) == (2, "")
    assert all(name in captured.err for name in ROWS)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    (tmp_path / PAGE).write_text(f"# Before\n{BEGIN}of yesterday\n{END}after\n")
    return tmp_path


REPORTED = [
    more_is_better("page", 130, "req/CPU-s", limit=200, target=0.6),
    more_is_better("page-made", 700, "req/CPU-s", limit=5000, target=0.4),
    informs("emulator-cpu", 33.3, "ms/order"),
    beside("processes-2", 300, "req/s", limit=200),
]


def test_the_report_fills_the_page_between_its_marks_as_often_as_one_likes(docs: Path) -> None:
    for _ in range(2):
        write_report(REPORTED, MACHINE, docs)

    text = (docs / PAGE).read_text()
    assert text.startswith(f"# Before\n{BEGIN}")
    assert text.endswith(f"{END}after\n")
    assert "of yesterday" not in text
    assert text.count("Measured on 3 November 2026: Some CPU, 2 cores, 8 GB, Debian, Linux 6, Python 3.11.2;") == 1
    assert "load before it began 0.2. 1 of 2 targets are reached." in text
    assert f"| `page` | {ROWS['page']} | 130 req/CPU-s | 200 | 0.65 | 0.6 | {HOLDS['page']} |" in text
    assert f"| `page-made` | {ROWS['page-made']} | 700 req/CPU-s | 5000 | 0.14 | **0.4 missed** |" in text
    assert f"| `emulator-cpu` | {ROWS['emulator-cpu']} | 33.3 ms/order |  |  |  |  |" in text


def test_a_page_without_marks_is_left_as_it_is(docs: Path) -> None:
    (docs / PAGE).write_text("# Before\n")

    with pytest.raises(ValueError, match="lost the marks"):
        write_report(REPORTED, MACHINE, docs)

    assert (docs / PAGE).read_text() == "# Before\n"
    assert not (docs / TARGETS).exists()


def test_the_pictures_show_the_targets_and_the_curve_in_words_and_bars(docs: Path) -> None:
    write_report(REPORTED, MACHINE, docs)

    assert _texts(docs / TARGETS)[-4:] == ["page", "0.65 of 0.6", "page-made", "0.14 of 0.4"]
    assert [bar.get("class") for bar in _all(docs / TARGETS, "rect")] == ["good", "missed"]
    assert _texts(docs / CURVE)[-2:] == ["processes-2", "1.5"]


def test_a_longer_bar_is_a_larger_value_and_the_mark_lies_where_one_is(docs: Path) -> None:
    write_report(REPORTED, MACHINE, docs)

    page, made = (float(bar.get("width", "")) + float(bar.get("x", "")) for bar in _all(docs / TARGETS, "rect"))
    mark = float(_all(docs / TARGETS, "line")[-1].get("x1", ""))
    assert made < mark < page


def test_the_page_of_this_repository_has_its_marks() -> None:
    assert (door.DOCS / PAGE).read_text(encoding="utf-8").count(BEGIN) == 1


def _all(picture: Path, kind: str) -> list[ElementTree.Element]:
    return ElementTree.parse(picture).findall(f".//{{http://www.w3.org/2000/svg}}{kind}")  # noqa: S314 (our own)


def _texts(picture: Path) -> list[str]:
    return [text.text or "" for text in _all(picture, "text")]


def test_a_report_of_one_row_only_is_a_wrong_use() -> None:
    with pytest.raises(SystemExit) as left:
        door.main(["--only", "page", "--report"])

    assert left.value.code == 2
