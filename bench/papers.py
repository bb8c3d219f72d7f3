"""The invoice and the receipt, each beside the plainest of its kind; CPU time of this process, in turns."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import typst

from bench.rows import Row, more_is_better
from tests.invoices import JUMPER, an_invoice
from tests.mails import MESSAGE_ID, SENT, about_order
from workers.documents.invoice import render, to_snapshot
from workers.documents.receipt import ReceiptData, compose_receipt

ROUNDS, TIMES = 4, 15  # of each kind in turn
TEMPLATE = Path(__file__).with_name("plain_invoice.typ")
LINES = tuple(replace(JUMPER, sku=f"MJ{number:02}-FOR-M") for number in range(1, 6))
INVOICE = an_invoice(LINES)
SNAPSHOT = to_snapshot(INVOICE)


async def measure_papers() -> list[Row]:
    pdf = render(SNAPSHOT)
    receipt = _receipt()
    rates = _in_turns(
        {
            "invoice": lambda: render(SNAPSHOT),
            "plain": _plain_invoice,
            "receipt": lambda: compose_receipt(receipt, MESSAGE_ID, SENT, pdf, INVOICE.number).as_bytes(),
            "bare": lambda: _bare_mail(pdf),
        }
    )
    return [
        more_is_better("invoice", rates["invoice"], "PDFs/CPU-s", limit=rates["plain"], target=0.1),
        more_is_better("receipt", rates["receipt"], "mails/CPU-s", limit=rates["bare"], target=0.7),
    ]


def _in_turns(makers: dict[str, Callable[[], bytes]]) -> dict[str, float]:
    """How many each makes in a second of CPU, after one that does not count."""
    used_s = dict.fromkeys(makers, 0.0)
    for make in makers.values():
        make()
    for _ in range(ROUNDS):
        for name, make in makers.items():
            began = time.process_time()
            for _ in range(TIMES):
                make()
            used_s[name] += time.process_time() - began
    return {name: ROUNDS * TIMES / seconds for name, seconds in used_s.items()}


def _plain_invoice() -> bytes:
    lines = [{"name": line.name, "quantity": line.quantity, "cents": line.total_cents} for line in LINES]
    sheet = {"number": INVOICE.number, "name": INVOICE.billing.name, "lines": lines, "total": INVOICE.total_cents}
    made: bytes = typst.compile(
        str(TEMPLATE),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"sheet": json.dumps(sheet)},
    )
    return made


@cache
def _fonts() -> typst.Fonts:
    """Those that typst brings, found once."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def _receipt() -> ReceiptData:
    names = ("due_on", "paid_by_card", "billing", "shipping", "lines", "shipping_cents", "shipping_method", "vat")
    own = {name: getattr(INVOICE, name) for name in names}
    return ReceiptData(**about_order(**own | {"total_cents": INVOICE.total_cents}))


def _bare_mail(pdf: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@example.com", "jana@example.com", "Your order"
    message.set_content("Thank you for your order. Your invoice is attached.\n")
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename="invoice.pdf")
    return message.as_bytes()
