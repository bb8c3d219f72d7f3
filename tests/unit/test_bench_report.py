"""The report of the bench: its page and its pictures, and when it is written."""

from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import __main__ as door
from bench.limits import HOLDS
from bench.machine import Machine
from bench.registry import ROWS
from bench.report import BEGIN, CURVE, END, PAGE, TARGETS, write_report
from bench.rows import Row, beside, informs, more_is_better

MACHINE = Machine("Some CPU", 2, 8, "Debian, Linux 6", "3.11.2", 0.25, datetime(2026, 11, 3, tzinfo=UTC))


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


def test_rows_that_could_not_be_measured_are_named_and_there_is_no_report(
    docs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def measured(_: object, **__: object) -> list[Row]:
        return REPORTED[:1]

    monkeypatch.setattr(door, "measure", measured)
    monkeypatch.setattr(door, "ROWS", {"page": "told", "beside": "told"})
    monkeypatch.setattr(door, "DOCS", docs)

    assert door.main(["--report"]) == 1
    assert "shop: not measured: beside\n" in capsys.readouterr().err
    assert not (docs / TARGETS).exists()


def test_the_verb_writes_the_report_of_all_rows(docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def measured(_: object, **__: object) -> list[Row]:
        return REPORTED

    monkeypatch.setattr(door, "measure", measured)
    monkeypatch.setattr(door, "ROWS", {row.name: "told" for row in REPORTED})
    monkeypatch.setattr(door, "DOCS", docs)

    assert door.main(["--report"]) == 1  # as one target is missed
    assert "1 of 2 targets are reached." in (docs / PAGE).read_text()


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


def test_a_report_of_one_row_only_is_a_wrong_use() -> None:
    with pytest.raises(SystemExit) as left:
        door.main(["--only", "page", "--report"])

    assert left.value.code == 2


def _all(picture: Path, kind: str) -> list[ElementTree.Element]:
    return ElementTree.parse(picture).findall(f".//{{http://www.w3.org/2000/svg}}{kind}")  # noqa: S314 (our own)


def _texts(picture: Path) -> list[str]:
    return [text.text or "" for text in _all(picture, "text")]
