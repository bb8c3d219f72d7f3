"""Orders that need a person are listed by themselves, each with why, until somebody has seen to it."""

import re

import pytest_asyncio

from shared.db import Database
from shared.queries.attention import note_attention
from tests.factories import place
from tests.web.browser import Browser
from tests.web.desk import COAT, a_settled_order, do, look, sign_in_as

NEEDS_PERSON = "/back-office/orders?view=needs-person"
TRANSFER = "Transfer €40.00 back to the buyer&#39;s account."


@pytest_asyncio.fixture
async def desk(browser: Browser, database: Database) -> Browser:
    """A browser in which a manager is signed in."""
    await sign_in_as(browser, database)
    return browser


async def listed(desk: Browser) -> dict[str, list[str]]:
    """The orders that need a person, each with the reasons beside it."""
    rows = re.findall(r"<tr>\s+<th.*?</tr>", (await desk.get(NEEDS_PERSON)).text, re.DOTALL)
    return {re.findall(r">([0-9A-Z]{4}-[0-9A-Z]{4})<", row)[0]: re.findall(r"<br><b>(.*?)</b>", row) for row in rows}


async def test_a_transfer_that_is_to_be_paid_back_is_listed_until_somebody_has_seen_to_it(
    desk: Browser, database: Database
) -> None:
    number = await a_settled_order(database)
    await place(database, {COAT: 1}, cart_id="another", key="another")
    async with database.writer() as connection:
        order_id = (await look(database, number)).id
        await note_attention(connection, order_id, "Transfer €40.00 back to the buyer's account.")

    before = await listed(desk)
    await do(desk, number, "clear", {})

    assert before == {number: [TRANSFER]}
    assert await listed(desk) == {}


async def test_an_order_on_hold_is_listed_with_why_it_was_stopped(desk: Browser, database: Database) -> None:
    number = await a_settled_order(database)

    await do(desk, number, "hold", {"reason": "Odd address"})

    assert await listed(desk) == {number: ["Odd address"]}
