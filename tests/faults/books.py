"""Our ledger and the two foreign ones, read at one moment at which nothing happens any more."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.db import Row
from tests.faults.stand import Stand
from tests.ledgers import rows
from workers.audit.desk import fetch_json

MAILS = 1000  # a page of the mailbox's list


@dataclass(frozen=True)
class Books:
    """receipts: how often each lies in the mailbox, by Message-ID; shelf: sku, stock, sold."""

    orders: Sequence[Row]
    invoices: Sequence[str]
    charges: Sequence[dict[str, Any]]
    receipts: Counter[str]
    shelf: Sequence[Row]


async def read_books(stand: Stand) -> Books:
    port = stand.backing.ports
    charges = await fetch_json("the provider", f"http://127.0.0.1:{port.payment}/charges")
    return Books(
        orders=await rows(stand.database, "SELECT number, checkout_key, total_cents, order_status FROM orders"),
        invoices=[
            row["number"]
            for row in await rows(stand.database, "SELECT number FROM documents WHERE kind = 'invoice' ORDER BY number")
        ],
        charges=[charge for charge in charges if charge["status"] == "authorized"],
        receipts=await _receipts(port.mailbox),
        shelf=await rows(
            stand.database,
            "SELECT v.sku, v.stock, COALESCE(SUM(l.quantity - l.canceled), 0) AS sold FROM variants v "
            "LEFT JOIN order_lines l ON l.sku = v.sku GROUP BY v.sku, v.stock",
        ),
    )


async def _receipts(port: int) -> Counter[str]:
    """How often each receipt lies in the mailbox, by its Message-ID."""
    found, before = Counter[str](), ""
    while True:
        url = f"http://127.0.0.1:{port}/api/messages?limit={MAILS}&before={before}".removesuffix("&before=")
        mails = await fetch_json("the mailbox", url)
        found.update(mail["headers"]["Message-ID"] for mail in mails if "<receipt." in mail["headers"]["Message-ID"])
        if len(mails) < MAILS:
            return found
        before = mails[-1]["id"]
