"""The bench: its rows, their limits and targets, and what it prints."""

import json
from collections.abc import Sequence

import pytest

from bench import __main__ as door
from bench import registry
from bench.limits import HOLDS
from bench.registry import ROWS, Measurement, measure
from bench.report import BEGIN, PAGE
from bench.rows import Row, as_json, as_text, beside, informs, less_is_better, more_is_better
from deploy.local.faults import StackFault

FAST = more_is_better("fast", 130.04, "tasks/s", limit=200, target=0.5)
LEAN = less_is_better("lean", 150, "ms/order", limit=120, target=1)
BESIDE = informs("beside", 33.333, "ms/order")
NEAR = beside("near", 12, "req/s", limit=1600)


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


def test_a_million_is_written_out() -> None:
    assert as_text([informs("kept", 1_234_567, "values/s")]).splitlines()[1] == "kept  1230000  values/s"


def test_no_two_rows_have_one_name_and_each_says_what_it_is() -> None:
    assert len(ROWS) == sum(len(each.rows) for each in registry.MEASUREMENTS)
    assert all(ROWS.values())
    assert {"pipeline", "orders", "orders-cpu"} <= ROWS.keys()


def test_what_holds_a_row_is_told_of_rows_that_there_are() -> None:
    assert HOLDS.keys() <= ROWS.keys()


def measurement(begun: list[str], *rows: Row) -> Measurement:
    async def run() -> Sequence[Row]:
        begun.extend(row.name for row in rows)
        return rows

    return Measurement("told", {row.name: "told" for row in rows}, run)


async def test_only_what_is_wanted_is_measured() -> None:
    begun: list[str] = []
    said: list[str] = []

    found = await measure({"lean"}, [measurement(begun, FAST), measurement(begun, LEAN, BESIDE)], said.append)

    assert (found, said) == ([LEAN], ["measuring: told"])
    assert begun == ["lean", "beside"]


async def test_a_run_that_fails_says_why_and_the_others_go_on() -> None:
    async def fails() -> Sequence[Row]:
        raise StackFault("there is no room")

    said: list[str] = []
    broken = Measurement("broken", {"lean": "told"}, fails)

    assert await measure({"lean", "fast"}, [broken, measurement([], FAST)], said.append) == [FAST]
    assert said == ["measuring: broken", "broken failed: there is no room", "measuring: told"]


@pytest.mark.parametrize(("rows", "code"), [([FAST, BESIDE], 0), ([FAST, LEAN], 1)])
def test_a_missed_target_is_the_exit_code(
    rows: list[Row], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def measured(_: object, **__: object) -> list[Row]:
        return rows

    monkeypatch.setattr(door, "measure", measured)
    monkeypatch.setattr(door, "ROWS", {row.name: "told" for row in rows})

    assert door.main(["--json"]) == code
    assert capsys.readouterr().out == as_json(rows)


def test_an_unknown_row_is_a_wrong_use_and_is_told_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        door.main(["--only", "nope"])

    captured = capsys.readouterr()
    assert (left.value.code, captured.out) == (2, "")
    assert all(name in captured.err for name in ROWS)


def test_the_page_of_this_repository_has_its_marks() -> None:
    assert (door.DOCS / PAGE).read_text(encoding="utf-8").count(BEGIN) == 1
