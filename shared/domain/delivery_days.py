"""When a parcel is expected: working days counted from the day of the order, by the shop's calendar."""

from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.shipping import ShippingMethod

WORKING_DAYS = {ShippingMethod.STANDARD: (2, 4), ShippingMethod.EXPRESS: (1, 1)}
SATURDAY = 5


@dataclass(frozen=True)
class Arrival:
    """The first and the last day on which a parcel is expected; often the same."""

    earliest: date
    latest: date


def arrivals(ordered_on: date) -> dict[str, Arrival]:
    """What to expect of each way of sending."""
    return {str(method): arrival(method, ordered_on) for method in ShippingMethod}


def arrival(method: ShippingMethod, ordered_on: date) -> Arrival:
    """Expect a parcel that was ordered on a day, weekends included."""
    first, last = WORKING_DAYS[method]
    return Arrival(_working_days_after(ordered_on, first), _working_days_after(ordered_on, last))


def _working_days_after(day: date, count: int) -> date:
    """Monday to Friday; public holidays differ by place, and the carrier tells of them."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day
