"""What the back office shows: a list of orders, one in the middle of its life, a bank's file."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from shared.domain.bank_csv import BankFile, BankLine
from shared.domain.book import Credit, CreditedLine
from shared.domain.desk_rights import rights_of
from shared.domain.pricing import VatLine
from shared.errors import Conflict, FieldError, Invalid
from shared.queries.book_changes import OVERPAID
from shared.queries.desk import DeskPage, DeskRow, DeskSearch
from shared.queries.desk_counts import COUNT_CAP, DeskCounts
from shared.queries.order_view import (
    OrderCredit,
    OrderLine,
    OrderParcel,
    OrderReturn,
    OrderView,
)
from shared.services import bank
from shared.services.bank import Fit, Matched, Transfer
from storefront.fields import Fields
from storefront.forms.desk_bank import seal
from storefront.views.desk_bank import asking_page
from storefront.views.desk_forms import Refused
from storefront.views.desk_order import order_desk
from tests.goods_samples import (
    ADA,
    ENDLESS,
    EVIL,
    LINES,
    MAY,
    NOW,
    Context,
)
from tests.order_samples import INVOICE, _order_line, attempt, event, order, step


def desk_row(number: str, **changes: Any) -> DeskRow:
    made = DeskRow(
        id=1,
        number=number,
        placed_at=NOW,
        email="jana@example.org",
        name="Jana Łukaszewicz",
        total_cents=20300,
        order_status="processing",
        payment_status="pending",
        fulfillment_status="unfulfilled",
        attention=None,
        hold_reason=None,
        test_run=None,
        pieces=3,
        steps={"payment": "done", "invoice": "done", "receipt": "done"},
    )
    return replace(made, **changes)


ROWS = (
    desk_row("K7QM-4X2D"),
    desk_row("1RB6-83HT", name=EVIL, order_status="pending", pieces=1, steps={"payment": "waiting"}),
    desk_row(
        "4VX9-28MD",
        name=ENDLESS,
        payment_status="paid",
        attention="The receipt cannot be delivered.",
        steps={"payment": "done", "invoice": "retrying", "receipt": "dead"},
    ),
    desk_row(
        "8MC2-60QF", order_status="on_hold", hold_reason="Odd address", payment_status="failed", total_cents=1234567
    ),
    desk_row("9AAA-0001", order_status="completed", payment_status="paid", fulfillment_status="delivered"),
    desk_row("9AAA-0002", order_status="canceled", payment_status="voided", fulfillment_status="partially_shipped"),
    desk_row("TT7Q-M4X2", test_run="nightly-42-of-a-name-as-long-as-can-be-x"),
)


def desk(rows: tuple[DeskRow, ...] = ROWS, older: str | None = None, **search: Any) -> Context:
    counts = DeskCounts(all=COUNT_CAP, needs_person=2, test_runs=1)
    page = {"found": DeskPage(rows=rows, next=None), "counts": counts, "older": older, "count_cap": COUNT_CAP}
    return {"staff": ADA, "may": MAY, "search": DeskSearch(**search), **page}


def desk_order(view: OrderView, *, role: str = "manager", **news: Any) -> Context:
    may = rights_of(role)
    return {"staff": replace(ADA, role=role), "may": may, **order_desk(view, may, **news)}


def _moved(line: OrderLine, **counts: Any) -> OrderLine:
    return replace(line, **counts)


MIDDLE = order(
    payment_status="partially_refunded",
    fulfillment_status="partially_delivered",
    return_status="requested",
    due_cents=17900,
    paid_cents=20000,
    refunded_cents=500,
    attention=OVERPAID,
    payments=(attempt("card", failed_at=NOW, failure="card_declined"), attempt(attempt=2, captured_cents=20000)),
    lines=(
        _moved(_order_line(LINES[0]), packed=1, shipped=1, delivered=1),
        _moved(_order_line(LINES[1]), packed=1),
        _moved(_order_line(LINES[2]), packed=1, shipped=1, canceled=1),
    ),
    parcels=(
        OrderParcel(
            id=7,
            carrier="DHL",
            tracking="00340434161094042557",
            capture_cents=0,
            shipped_at=NOW,
            delivered_at=NOW + timedelta(days=2),
            pieces={LINES[0].sku: 1},
        ),
        OrderParcel(
            id=8,
            carrier=EVIL[:40],
            tracking="",
            capture_cents=2490,
            shipped_at=NOW,
            delivered_at=None,
            pieces={LINES[2].sku: 1},
        ),
    ),
    returns=(
        OrderReturn(
            id=3,
            kind="return",
            reason="too_small",
            requested_at=NOW,
            received_at=None,
            canceled_at=None,
            pieces={LINES[0].sku: 1},
            received={},
        ),
    ),
    credits=(
        OrderCredit(
            credit=Credit(
                id=1,
                kind="canceled",
                reason=EVIL,
                credit_cents=1600,
                payout_cents=500,
                lines=(CreditedLine(sku=LINES[2].sku, quantity=1, cents=1600),),
                vat=(VatLine(1900, 1345, 255),),
            ),
            who="ada@example.com",
            created_at=NOW,
            done_at=NOW,
        ),
        OrderCredit(
            credit=Credit(id=2, kind="goodwill", reason=ENDLESS, credit_cents=900, payout_cents=900),
            who="ada@example.com",
            created_at=NOW,
            done_at=None,
        ),
    ),
    documents=(INVOICE, replace(INVOICE, kind="credit_note", number="C000007")),
    steps=(
        *(step("payment"), step("invoice"), step("receipt"), step("receipt", ref=2), step("mail_shipped", ref=7)),
        *(step("credit_note", ref=1), step("refund", "running", ref=2)),
    ),
    events=(
        *(
            event("order.placed"),
            event("order.processing", 3),
            event("line.packed", 60, who="ada@example.com", why=EVIL),
        ),
        *(event("parcel.shipped", 90, who="ada@example.com"), event("return.requested", 99, who="shopper")),
    ),
)
HELD = replace(MIDDLE, order_status="on_hold", hold_reason=EVIL, attention=None)
REFUSED_SHIP = Refused(
    "ship",
    Fields([(f"pieces.{LINES[1].sku}", "9"), ("carrier", EVIL), ("tracking", ENDLESS), ("operation_id", "op-1")]),
    Invalid(errors=[FieldError(f"pieces.{LINES[1].sku}", "Enter a whole number.")]),
)
REFUSED_CANCEL = Refused(
    "cancel", Fields([(f"pieces.{LINES[2].sku}", "2"), ("reason", EVIL)]), Conflict("Only 1 can be canceled, not 2.")
)
REFUSED_REFUND = Refused(
    "refund", Fields([("amount", EVIL), ("reason", "")]), Invalid(errors=[FieldError("amount", "Enter an amount.")])
)


def bank_check(kinds: tuple[Fit, ...] = tuple(Fit)) -> Context:
    lines = [
        BankLine(row=at, day=date(2026, 11, 25), amount_cents=1250 * at, purpose=ENDLESS, name=EVIL, key=f"k{at}")
        for at, _ in enumerate(kinds, 2)
    ]
    matched = [
        Matched(line=line, fit=fit, number="" if fit in (Fit.UNKNOWN, Fit.SEVERAL) else "K7QM-4X2D", open_cents=2500)
        for line, fit in zip(lines, kinds, strict=True)
    ]
    context, transfers = asking_page(BankFile(lines=tuple(lines), outgoing=1, pending=2), matched)
    return {"staff": ADA, "may": MAY, "sealed": seal(transfers, ["a secret of the tests"]), **context}


NO_TRANSFER = [bank.Refused(transfer=Transfer(number="K7QM-4X2D", key="k", amount_cents=1250, note=EVIL), why=ENDLESS)]
