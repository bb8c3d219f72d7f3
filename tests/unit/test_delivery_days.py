from datetime import date

import pytest

from shared.domain.delivery_days import Arrival, arrival, arrivals
from shared.domain.shipping import ShippingMethod

WEDNESDAY = date(2026, 11, 25)


def test_standard_takes_two_to_four_working_days_and_express_one() -> None:
    assert arrivals(WEDNESDAY) == {
        "standard": Arrival(date(2026, 11, 27), date(2026, 12, 1)),
        "express": Arrival(date(2026, 11, 26), date(2026, 11, 26)),
    }


@pytest.mark.parametrize("day", [27, 28, 29])
def test_what_is_ordered_from_friday_to_sunday_comes_after_the_weekend(day: int) -> None:
    found = arrival(ShippingMethod.EXPRESS, date(2026, 11, day))

    assert found == Arrival(date(2026, 11, 30), date(2026, 11, 30))


def test_days_go_on_over_the_end_of_a_year() -> None:
    found = arrival(ShippingMethod.STANDARD, date(2026, 12, 31))

    assert found == Arrival(date(2027, 1, 4), date(2027, 1, 6))
