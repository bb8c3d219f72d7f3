"""What may happen to an order beside the plan: declined, canceled, refunded, sent in parcels, tried again."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from tornado.httpclient import AsyncHTTPClient

from shared.services.cancellation import cancel
from shared.services.fulfillment import ShipmentRequest, pack, ship
from shared.services.order_commands import Command
from tests.faults.buyers import CARD, INVOICE
from tests.faults.stand import Stand
from tests.ledgers import rows

STAFF = "manager@example.com"
AWAY_S = 4

Deed = Callable[[Stand, str], Awaitable[None]]


async def _nothing(stand: Stand, number: str) -> None:
    """These orders are left alone."""


async def _no_trouble(stand: Stand) -> None:
    """All is well while people buy."""


@dataclass(frozen=True)
class Flow:
    """One way of an order.

    Attributes:
        part: the process that dies.
        deed: what staff do to each order; its messages are left to the sweep.
        trouble: what is wrong when people buy; it returns at once, and is over after AWAY_S.
    """

    part: str
    payment: Mapping[str, str] = field(default_factory=lambda: CARD)
    capture: str = "processing"
    deed: Deed = _nothing
    trouble: Callable[[Stand], Awaitable[None]] = _no_trouble


async def _cancel(stand: Stand, number: str) -> None:
    await cancel(stand.database, number, Command("cancel", STAFF), None, "Changed her mind")


async def _send(stand: Stand, number: str) -> None:
    lines = await rows(
        stand.database,
        "SELECT l.sku, l.quantity FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.number = %s",
        (number,),
    )
    pieces = {line["sku"]: line["quantity"] for line in lines}
    await pack(stand.database, number, Command("pack", STAFF), pieces)
    parcel = ShipmentRequest(pieces=pieces, carrier="DHL", tracking="1")
    await ship(stand.database, number, Command("ship", STAFF), parcel, capture_at_shipment=True)


async def _provider_away(stand: Stand) -> None:
    stand.wires["payment"].cut()
    _heal_soon(stand)


async def _database_away(stand: Stand) -> None:
    """For the workers only after the orders are in: a message that cannot be worked on is shown again."""
    asyncio.get_running_loop().call_later(AWAY_S / 4, stand.wires["mariadb"].cut)
    _heal_soon(stand)


async def _mail_answers_lost(stand: Stand) -> None:
    url = f"http://127.0.0.1:{stand.backing.ports.mailbox}/api/faults"
    headers = {"Content-Type": "application/json"}
    await AsyncHTTPClient().fetch(url, method="POST", body=json.dumps({"eat_reply": 15}), headers=headers)


def _heal_soon(stand: Stand) -> None:
    asyncio.get_running_loop().call_later(AWAY_S, stand.heal)


ORDERS, DOCUMENTS = "worker-orders", "worker-documents"
DECLINED = Flow(ORDERS, {"method": "card", "token": "tok_decline"})
CONFIRMED = Flow(ORDERS, {"method": "card", "token": "tok_3ds"})
SENT = Flow(ORDERS, capture="shipment", deed=_send)
VOIDED = Flow(ORDERS, capture="shipment", deed=_cancel)
REFUNDED = Flow(ORDERS, deed=_cancel)
CREDITED = Flow(DOCUMENTS, deed=_cancel)

BESIDE: Mapping[str, Flow] = {
    "payment.before_decline_commit": DECLINED,
    "payment.before_page_commit": CONFIRMED,
    "capture.before_call": SENT,
    "capture.after_call": SENT,
    "void.before_call": VOIDED,
    "void.after_call": VOIDED,
    "refund.before_call": REFUNDED,
    "refund.after_call": REFUNDED,
    "credit_note.after_reserve": CREDITED,
    "credit_note.after_store": CREDITED,
    "step.before_retry": Flow(ORDERS, trouble=_provider_away),
    "reject.before_show": Flow(ORDERS, INVOICE, trouble=_database_away),
    "mail.after_question": Flow(DOCUMENTS, INVOICE, trouble=_mail_answers_lost),
}
