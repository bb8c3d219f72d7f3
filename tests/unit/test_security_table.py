"""docs/security.md against the list of requirements, the code and the tests: each once, in order, nothing made up."""

import ast
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from tests.rules import coded, rows_of, sections

ROOT = Path(__file__).parents[2]
TABLE = "security.md"
ANSWERS = ("yes", "no", "n/a")
# The level of each requirement of OWASP ASVS 5.0.0, section by section: 345 in all, 70 of level 1, 183 of 2, 92 of 3.
LEVELS = {
    "1.1": "22",
    "1.2": "1111122223",
    "1.3": "112222222223",
    "1.4": "222",
    "1.5": "123",
    "2.1": "122",
    "2.2": "112",
    "2.3": "12223",
    "2.4": "23",
    "3.1": "3",
    "3.2": "113",
    "3.3": "12223",
    "3.4": "11222233",
    "3.5": "11122333",
    "3.6": "3",
    "3.7": "22333",
    "4.1": "12233",
    "4.2": "23333",
    "4.3": "22",
    "4.4": "1222",
    "5.1": "2",
    "5.2": "112333",
    "5.3": "113",
    "5.4": "222",
    "6.1": "122",
    "6.2": "111111112222",
    "6.3": "11223333",
    "6.4": "112233",
    "6.5": "22222333",
    "6.6": "2223",
    "6.7": "33",
    "6.8": "2222",
    "7.1": "222",
    "7.2": "1111",
    "7.3": "22",
    "7.4": "11222",
    "7.5": "223",
    "7.6": "22",
    "8.1": "1233",
    "8.2": "1123",
    "8.3": "133",
    "8.4": "23",
    "9.1": "111",
    "9.2": "1222",
    "10.1": "22",
    "10.2": "223",
    "10.3": "22223",
    "10.4": "1111122222233333",
    "10.5": "22222",
    "10.6": "22",
    "10.7": "222",
    "11.1": "2233",
    "11.2": "22233",
    "11.3": "11233",
    "11.4": "1222",
    "11.5": "23",
    "11.6": "23",
    "11.7": "33",
    "12.1": "12233",
    "12.2": "11",
    "12.3": "22223",
    "13.1": "2333",
    "13.2": "222223",
    "13.3": "2233",
    "13.4": "1222233",
    "14.1": "22",
    "14.2": "12223333",
    "14.3": "122",
    "15.1": "12233",
    "15.2": "12233",
    "15.3": "1222222",
    "15.4": "3333",
    "16.1": "2",
    "16.2": "22222",
    "16.3": "2222",
    "16.4": "222",
    "16.5": "2223",
    "17.1": "23",
    "17.2": "22223333",
    "17.3": "22",
}
CHAPTERS = [(heading, rows_of(text)) for heading, text in sections(TABLE) if re.match(r"\d+ ", heading)]
ROWS = [row for _, rows in CHAPTERS for row in rows]


@cache
def named_tests(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text())
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


def test_the_list_of_requirements_is_that_of_the_standard() -> None:
    assert Counter("".join(LEVELS.values())) == {"1": 70, "2": 183, "3": 92}


def test_every_requirement_of_levels_1_and_2_stands_there_once_and_in_order() -> None:
    wanted = [
        (f"{section}.{number}", level)
        for section, levels in LEVELS.items()
        for number, level in enumerate(levels, 1)
        if level in "12"
    ]

    assert [(row[0], row[1]) for row in ROWS] == wanted


def test_every_requirement_stands_in_its_chapter() -> None:
    assert [heading.partition(" ")[0] for heading, _ in CHAPTERS] == [str(number) for number in range(1, 18)]
    for heading, rows in CHAPTERS:
        assert {row[0].partition(".")[0] for row in rows} == {heading.partition(" ")[0]}


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_yes_names_its_place_and_its_test_and_all_else_says_why(row: list[str]) -> None:
    _, _, what, answer, where, proof = row

    assert answer in ANSWERS
    assert what
    if answer == "yes":
        places, tests = coded(where), coded(proof)
        assert [place for place in places if not (ROOT / place).exists()] == []
        assert places
        assert [test for test in tests if test.partition("::")[2] not in named_tests(test.partition("::")[0])] == []
        assert tests
        assert re.sub(r"`[^`]+`|, ", "", where + proof) == ""
    else:
        assert where == "–"
        assert len(proof) >= len("see 6.1.2")


def test_whatever_refers_to_another_requirement_names_one_that_says_why() -> None:
    answers = {row[0]: row[3] for row in ROWS}

    for row in ROWS:
        for other in re.findall(r"^see (\d+\.\d+\.\d+)$", row[5]):
            assert answers[other] == "no", row[0]


def test_the_counts_are_those_of_the_tables() -> None:
    told = {name: tuple(map(int, counts)) for name, *counts in rows_of(dict(sections(TABLE))["Counts"])}
    counted = {heading: _counts(rows) for heading, rows in CHAPTERS}
    by_level = {f"level {level}": _counts([row for row in ROWS if row[1] == level]) for level in "12"}

    assert told == {**counted, **by_level, "all": _counts(ROWS)}


def _counts(rows: list[list[str]]) -> tuple[int, ...]:
    found = Counter(row[3] for row in rows)
    return tuple(found[answer] for answer in ANSWERS)


def test_no_two_rows_of_a_section_say_the_same() -> None:
    for one, next_one in pairwise(ROWS):
        assert one[2] != next_one[2], one[0]
