import pytest

from shared.domain.retries import GIVE_UP_S, backoff_s


@pytest.mark.parametrize(("attempt", "longest"), [(1, 1.2), (2, 2.2), (3, 4.2), (6, 30.2), (40, 30.2)])
def test_tries_are_further_and_further_apart_up_to_half_a_minute(attempt: int, longest: float) -> None:
    assert backoff_s(attempt, age_s=5, random=lambda: 0.0) == pytest.approx(0.2)
    assert backoff_s(attempt, age_s=5, random=lambda: 1.0) == pytest.approx(longest)


def test_after_ten_minutes_a_quarter_of_an_hour_is_soon_enough() -> None:
    assert backoff_s(30, age_s=601, random=lambda: 0.0) == 450
    assert backoff_s(30, age_s=601, random=lambda: 1.0) == 900


def test_after_a_day_a_person_must_look() -> None:
    assert backoff_s(90, age_s=GIVE_UP_S, random=lambda: 0.5) is None
