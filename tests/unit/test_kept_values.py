"""What a process keeps of a cache is bounded, and of one version of the catalogue."""

import pytest

from shared.errors import Gone, NotFound
from shared.kept_values import MOST_ABSENT, MOST_VALUES, Aged, KeptValues

NOW = 1_000_000.0


def fresh(value: str) -> Aged[str]:
    return Aged(NOW, NOW + 60, value)


@pytest.fixture
def kept() -> KeptValues:
    kept = KeptValues(lambda: NOW)
    kept.turn_to(7)
    return kept


def test_what_was_not_asked_for_the_longest_time_makes_room(kept: KeptValues) -> None:
    for number in range(MOST_VALUES):
        kept.keep(f"coat-{number}", 7, fresh("coat"))
    kept.find("coat-0")

    kept.keep("one more", 7, fresh("coat"))

    assert len(kept) == MOST_VALUES
    assert kept.find("coat-1") is None
    assert kept.find("coat-0") == kept.find("one more") == fresh("coat")


def test_no_number_of_wrong_addresses_fills_the_memory(kept: KeptValues) -> None:
    for number in range(MOST_ABSENT + 1):
        kept.keep_absent(f"coat-{number}", 7, NotFound())

    assert kept.find("coat-0") is None
    with pytest.raises(NotFound):
        kept.find("coat-1")


def test_the_next_version_begins_empty(kept: KeptValues) -> None:
    kept.keep("coat", 7, fresh("coat"))
    kept.keep_absent("hat", 7, Gone())

    kept.turn_to(8)

    assert kept.find("coat") is None
    assert kept.find("hat") is None


def test_what_an_older_version_was_asked_for_comes_too_late(kept: KeptValues) -> None:
    kept.turn_to(8)

    kept.keep("coat", 7, fresh("coat"))
    kept.keep_absent("hat", 7, Gone())

    assert kept.find("coat") is None
    assert kept.find("hat") is None


def test_a_style_that_is_gone_is_told_with_its_category_each_time(kept: KeptValues) -> None:
    kept.keep_absent("coat", 7, Gone("It is gone.", members={"category": "outerwear"}))

    for _ in range(2):
        with pytest.raises(Gone) as told:
            kept.find("coat")
        assert told.value.members == {"category": "outerwear"}
        assert len(told.traceback) == 2  # of an error that is raised again and again it would grow
