"""How mails write a moment: always with the zone's name, for the reader may live in another one."""

from datetime import datetime

from workers.documents.wording import long_date


def until_words(moment: datetime) -> str:
    """Write "12:00 on 25 November 2026 (Europe/Berlin time)"; the moment is aware, in the shop's time zone."""
    return f"{moment:%H:%M} on {long_date(moment)} ({moment.tzinfo} time)"


def exact_words(moment: datetime) -> str:
    """Write "25 November 2026 at 12:00:05 (Europe/Berlin time, UTC+01:00)"; aware, in the shop's time zone."""
    offset = moment.isoformat(timespec="seconds")[len("2026-11-25T12:00:05") :]
    return f"{long_date(moment)} at {moment:%H:%M:%S} ({moment.tzinfo} time, UTC{offset})"
