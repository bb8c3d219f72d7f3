"""Times come out of the database as they were written, to the microsecond."""

from datetime import datetime

import pytest

from shared.db import Database
from shared.mysql_values import read_time


@pytest.mark.parametrize(
    ("column", "text", "read"),
    [
        ("DATETIME(6)", "2026-11-30 04:44:01.000070", datetime(2026, 11, 30, 4, 44, 1, 70)),  # noqa: DTZ001 (as MySQL)
        ("DATETIME(1)", "2026-11-30 04:44:01.5", datetime(2026, 11, 30, 4, 44, 1, 500_000)),  # noqa: DTZ001
        ("DATETIME", "2026-11-30 00:00:00", datetime(2026, 11, 30)),  # noqa: DTZ001
    ],
)
async def test_a_time_is_read_to_the_microsecond(database: Database, column: str, text: str, read: datetime) -> None:
    async with database.reader() as connection:
        row = await connection.row(f"SELECT CAST(%s AS {column}) AS at", (text,))

    assert row == {"at": read}


def test_a_time_that_no_calendar_has_stays_text() -> None:
    assert read_time("0000-00-00 00:00:00") == "0000-00-00 00:00:00"
