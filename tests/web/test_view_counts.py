"""The views of the staff's list are counted once a second, however many of the staff look."""

import pytest

from shared.db import Database
from storefront.view_counts import LIFE_S, ViewCounts
from tests.web.desk import an_order


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("later_s", "counted"), [(LIFE_S / 2, 0), (LIFE_S, 1)])
async def test_an_order_is_counted_after_a_second_at_the_latest(
    database: Database, later_s: float, counted: int
) -> None:
    clock = Clock()
    counts = ViewCounts(clock)
    async with database.reader() as connection:
        assert (await counts.read(connection)).all == 0

        await an_order(database)
        clock.now += later_s

        assert (await counts.read(connection)).all == counted
