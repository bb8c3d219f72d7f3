"""A shop with seeded orders whose books are right, for tests that damage them and ask what the auditor tells."""

import json
import sqlite3
import time
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import aiosmtplib
from tornado.httpclient import AsyncHTTPClient

from deploy.local.backing import BackingServices
from shared.audit.gaps import Gap
from shared.db import Database
from shared.seed.orders import plant_orders
from shared.seed.planting import plant
from shared.seed.source import read_catalogue
from shared.settings import Settings
from tests.ledgers import change, empty_ledgers, rows
from workers.audit.books import audit
from workers.audit.desk import Desk

ORDERS = 150
DELIVERED = "order_status = 'completed' AND return_status = 'none' AND payment_method = 'card'"
Told = set[tuple[str, str | None]]


class Books:
    """A shop with seeded orders; `orders` are the numbers of delivered ones, each used for one damage."""

    def __init__(self, settings: Settings, database: Database, backing: BackingServices) -> None:
        self.settings, self.database = settings, database
        self.ledger: Path = backing.place.payment / "ledger.sqlite"
        self.orders: list[str] = []

    async def told(self, *, deep: bool = True, settled_s: int = 0) -> Told:
        return {(gap.kind, gap.order) for gap in await self.gaps(deep=deep, settled_s=settled_s)}

    async def gaps(self, *, deep: bool = True, settled_s: int = 0) -> list[Gap]:
        desk = Desk(self.settings, self.database, deep, settled_s)
        report = (await audit(desk)).report
        assert report.unreadable == []
        return report.gaps

    async def change(self, sql: str, number: str | None = None) -> None:
        """Change rows; %s in the statement is the order's number."""
        await change(self.database, sql, (number,) if number else ())

    def change_ledger(self, sql: str, ref: str) -> None:
        """Change the provider's own file."""
        with sqlite3.connect(self.ledger, timeout=10) as ledger:
            assert ledger.execute(sql, (ref,)).rowcount == 1
        ledger.close()

    async def charge_of(self, number: str) -> str:
        (row,) = await rows(
            self.database,
            "SELECT p.provider_ref FROM payments p JOIN orders o ON o.id = p.order_id WHERE o.number = %s",
            (number,),
        )
        return str(row["provider_ref"])

    async def charge(self, number: str, cents: int) -> None:
        """Let the provider authorize once more, behind our back."""
        body = {"amount_cents": cents, "currency": "EUR", "order_number": number, "token": "tok_success"}
        await AsyncHTTPClient().fetch(
            f"{self.settings.payment_gateway}/authorizations",
            method="POST",
            body=json.dumps(body),
            headers={"Content-Type": "application/json", "Idempotency-Key": f"{number}:again:{time.time_ns()}"},
        )

    async def mail(self, message_id: str) -> None:
        """Let a mail arrive, behind our back."""
        message = EmailMessage()
        message["Message-ID"], message["Subject"] = message_id, "Your order"
        message.set_content("Thank you.")
        server = urlsplit(self.settings.mail_url)
        await aiosmtplib.send(
            message,
            sender="shop@example.com",
            recipients=["jana@example.com"],
            hostname=server.hostname,
            port=server.port,
        )


async def seeded_books(settings: Settings, database: Database, backing: BackingServices) -> Books:
    """Books without a gap."""
    await empty_ledgers(backing)
    await plant(database, read_catalogue())
    await plant_orders(settings, database, ORDERS)
    found = Books(settings, database, backing)
    numbers = await rows(database, f"SELECT number FROM orders WHERE {DELIVERED} ORDER BY id")  # noqa: S608
    found.orders = [row["number"] for row in numbers]
    assert len(found.orders) >= 15
    return found
