"""What letters have in common: the order's own words, its sums, and the row that a letter tells of."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from shared.domain.book import Pieces
from shared.domain.numbers import order_key
from shared.queries.documents import Document
from shared.queries.order_view import OrderCredit, OrderReturn, OrderView
from workers.documents.invoice_data import InvoiceLine
from workers.documents.settlement import Settlement
from workers.invoice_step import invoice_lines
from workers.ledger import Hopeless
from workers.tools import Tools

T = TypeVar("T")


def common(tools: Tools, order: OrderView) -> dict[str, Any]:
    """What every mail about an order says."""
    settings = tools.settings
    key = order_key(settings.cookie_secrets[0], order.number)
    return {
        "order_number": order.number,
        "order_url": f"{settings.public_url}/orders/{order.number}?key={key}",
        "placed_on": day(tools, order.placed_at),
        "total_cents": order.total_cents,
        "seller": settings.seller,
        "sender": settings.mail_from,
        "recipient": order.email,
    }


def settlement(order: OrderView, payout_cents: int) -> Settlement:
    return Settlement(
        payout_cents=payout_cents,
        open_cents=order.open_cents if order.order_status not in ("canceled", "expired") else 0,
        by_card=order.payment_method == "card",
        released=any(each.authorized_cents and not each.captured_cents for each in order.payments),
    )


def lines_of(order: OrderView, pieces: Pieces) -> tuple[InvoiceLine, ...]:
    """The order's lines with as many pieces as a mail tells of."""
    return tuple(
        replace(line, quantity=pieces[line.sku]) for line in invoice_lines(order) if pieces.get(line.sku, 0) > 0
    )


def day(tools: Tools, at: datetime) -> date:
    return at.astimezone(tools.settings.time_zone).date()


def due_on(tools: Tools, order: OrderView) -> date:
    return day(tools, order.placed_at) + timedelta(days=tools.settings.invoice_due_days)


async def invoice_of(tools: Tools, order: OrderView) -> tuple[str, bytes]:
    invoice = only(document for document in order.documents if document.kind == "invoice")
    return invoice.number, await tools.media.read(invoice.path)


def credit_of(order: OrderView, credit_id: int) -> OrderCredit:
    return only(each for each in order.credits if each.credit.id == credit_id)


def return_of(order: OrderView, return_id: int) -> OrderReturn:
    return only(each for each in order.returns if each.id == return_id)


def only(found: Iterator[T]) -> T:
    """What a mail tells of.

    Raises:
        Hopeless: it is not there, so no mail can ever tell of it.
    """
    for each in found:
        return each
    raise Hopeless("what this mail tells of is not there")


def id_of(reserved: Document) -> str:
    assert reserved.message_id is not None
    return reserved.message_id
