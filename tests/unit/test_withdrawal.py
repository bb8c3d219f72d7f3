"""Until when a shopper may withdraw, by the calendar of the shop."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.domain.withdrawal import is_return_open, is_withdrawal_open, withdrawal_ends

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("arrived", "ends"),
    [
        (datetime(2026, 11, 25, 0, 1, tzinfo=BERLIN), datetime(2026, 12, 10, tzinfo=BERLIN)),
        (datetime(2026, 11, 25, 23, 59, tzinfo=BERLIN), datetime(2026, 12, 10, tzinfo=BERLIN)),
        (datetime(2026, 11, 28, 10, tzinfo=BERLIN), datetime(2026, 12, 15, tzinfo=BERLIN)),  # the 14th is a Saturday
        (datetime(2026, 11, 29, 10, tzinfo=BERLIN), datetime(2026, 12, 15, tzinfo=BERLIN)),  # a Sunday
    ],
)
def test_the_last_day_is_a_working_day_and_counts_to_its_end(arrived: datetime, ends: datetime) -> None:
    assert withdrawal_ends(arrived) == ends
    assert is_withdrawal_open(arrived, ends - timedelta(seconds=1))
    assert not is_withdrawal_open(arrived, ends)


def test_it_has_not_begun_while_something_is_on_its_way() -> None:
    assert is_withdrawal_open(None, datetime(2036, 1, 1, tzinfo=BERLIN))


def test_faulty_goods_come_back_for_two_years_and_a_changed_mind_does_not() -> None:
    arrived = datetime(2026, 11, 25, 10, tzinfo=BERLIN)
    a_year_later = arrived + timedelta(days=365)

    assert is_return_open("damaged", arrived, a_year_later)
    assert not is_return_open("changed_mind", arrived, a_year_later)
    assert not is_return_open("damaged", arrived, arrived + timedelta(days=731))
