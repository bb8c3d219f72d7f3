"""Until when a shopper may withdraw from the contract.

Directive 2011/83/EU, article 9; Regulation (EEC, Euratom) 1182/71, article 3. Public holidays differ by place and only
make the time longer, so they are left out.
"""

from datetime import datetime, time, timedelta

WITHDRAWAL_DAYS = 14  # counted from the day after the last parcel arrived
COMPLAINT_DAYS = 730  # how long damaged or wrong goods come back: two years (Directive 2019/771, article 10)
FAULTS = frozenset({"damaged", "not_as_shown"})  # reasons for which the shop answers, not the shopper's taste
SATURDAY = 5


def withdrawal_ends(arrived_at: datetime) -> datetime:
    """The first moment at which it is too late.

    Args:
        arrived_at: when the last parcel arrived, aware, in the shop's time zone.
    Returns:
        Midnight after the last day, in the same zone; that is a working day, Monday to Friday.
    """
    last = arrived_at.date() + timedelta(days=WITHDRAWAL_DAYS)
    while last.weekday() >= SATURDAY:
        last += timedelta(days=1)
    return datetime.combine(last + timedelta(days=1), time(), arrived_at.tzinfo)


def is_withdrawal_open(arrived_at: datetime | None, now: datetime) -> bool:
    """Tell whether a shopper may still withdraw; None: something is here or on its way, so the time has not begun."""
    return arrived_at is None or now < withdrawal_ends(arrived_at)


def is_return_open(reason: str, arrived_at: datetime | None, now: datetime) -> bool:
    """Tell whether goods may still be sent back for a reason: as long as a withdrawal, faulty ones for two years."""
    if reason in FAULTS and arrived_at is not None:
        return now < arrived_at + timedelta(days=COMPLAINT_DAYS)
    return is_withdrawal_open(arrived_at, now)
