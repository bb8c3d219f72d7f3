"""Somebody who works in the back office, an order that can be worked on, and the forms of its page."""

import re
import secrets
from collections.abc import Mapping
from html import unescape
from typing import Any

from shared.db import Connection, Database
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_number
from shared.queries.staff import add_session
from shared.services.order_steps import NextSteps
from shared.services.payments import rederive
from shared.services.staff import add_staff, sha256
from tests.factories import add_variant, place
from tests.web.browser import Answer, Browser

EMAIL = "ada@example.com"
COAT, SCARF = "WC14-NAV-M", "WS02-RED-M"


async def sign_in_as(browser: Browser, database: Database, role: str = "manager") -> None:
    """Open a session; how one signs in has tests of its own."""
    staff = await add_staff(database, EMAIL, role)
    secret = secrets.token_urlsafe(32)
    async with database.writer() as connection:
        await add_session(connection, sha256(secret), "staff", staff.id, 3600)
    browser.cookies["staff_session"] = secret


async def an_order(database: Database, **changes: Any) -> str:
    """The number of an order of two coats at €50 and one scarf at €20, nothing done yet: €120, delivery free."""
    for sku, cents in ((COAT, 5000), (SCARF, 2000)):
        await add_variant(database, sku, stock=9, price_cents=cents)
    return (await place(database, {COAT: 2, SCARF: 1}, **changes)).order.number


async def a_settled_order(database: Database, **changes: Any) -> str:
    """As above, with its payment settled and its receipt sent, so that it can be packed."""
    number = await an_order(database, **changes)

    async def settle(connection: Connection) -> None:
        order = await order_by_number(connection, number)
        await NextSteps(connection, order.id, number).add("receipt")
        await connection.execute("UPDATE steps SET state = 'done' WHERE order_id = %s", (order.id,))
        await rederive(connection, order.id)

    await database.retrying(settle)
    return number


async def look(database: Database, number: str) -> OrderView:
    async with database.writer() as connection:
        return await order_by_number(connection, number)


async def do(browser: Browser, number: str, act: str, fields: Mapping[str, str], key: str = "") -> Answer:
    """Send one of an order's forms, each time under another id unless one is given."""
    body = {"operation_id": key or secrets.token_hex(8), **fields}
    return await browser.submit(f"/back-office/orders/{number}/{act}", body)


def pieces(**counts: int) -> dict[str, str]:
    """Fields for pieces: `pieces(coats=2, scarves=1)`."""
    skus = {"coats": COAT, "scarves": SCARF}
    return {f"pieces.{skus[name]}": str(count) for name, count in counts.items()}


def acts_of(page: str) -> set[str]:
    """What the forms and links of an order's page would do."""
    return set(re.findall(r'(?:action|href)="/back-office/orders/[^/"]+/([a-z]+)"', page)) - {"documents"}


def value_of(page: str, name: str) -> str:
    """The value of the first field of this name."""
    match = re.search(rf'name="{re.escape(name)}"[^>]*? value="([^"]*)"', page)
    assert match, name
    return unescape(match[1])


def note_of(page: str) -> str:
    """Why something was refused."""
    match = re.search(r'id="faults" tabindex="-1">(.*?)</p>', page)
    assert match
    return unescape(match[1])
