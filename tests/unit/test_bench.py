"""The bench: its rows, their limits and targets, and what it prints."""

import json
from collections.abc import Sequence

import pytest

from bench import __main__ as door
from bench import registry
from bench.registry import ROWS, Measurement, measure
from bench.rows import Row, as_json, as_text, informs, less_is_better, more_is_better

FAST = more_is_better("fast", 130.04, "tasks/s", limit=200, target=0.5)
LEAN = less_is_better("lean", 150, "ms/order", limit=120, target=1)
BESIDE = informs("beside", 33.333, "ms/order")


def test_a_ratio_above_its_target_is_good_whether_more_or_less_is_better() -> None:
    assert Row("fast", 130, "tasks/s", limit=200, ratio=0.65, target=0.5) == FAST
    assert Row("lean", 150, "ms/order", limit=120, ratio=0.8, target=1) == LEAN
    assert [row.is_good for row in (FAST, LEAN, BESIDE)] == [True, False, True]


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


async def test_only_what_is_wanted_is_measured() -> None:
    begun: list[str] = []

    def measurement(*rows: Row) -> Measurement:
        async def run() -> Sequence[Row]:
            begun.extend(row.name for row in rows)
            return rows

        return Measurement({row.name: "told" for row in rows}, run)

    found = await measure({"lean"}, [measurement(FAST), measurement(LEAN, BESIDE)])

    assert found == [LEAN]
    assert begun == ["lean", "beside"]


@pytest.mark.parametrize(("rows", "code"), [([FAST, BESIDE], 0), ([FAST, LEAN], 1)])
def test_a_missed_target_is_the_exit_code(
    rows: list[Row], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def measured(_: object) -> list[Row]:
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
