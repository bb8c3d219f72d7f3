"""The four stored statuses are the ones that follow from money, pieces and milestones; the sums are what they say."""

import json
from collections.abc import Iterator

from shared.audit.dossier import Dossier
from shared.audit.gaps import Gap
from shared.domain import statuses
from shared.domain.statuses import Milestones, Money, Quantities, ReturnedPieces


def gaps_of(order: Dossier) -> Iterator[Gap]:
    for axis, derived in _derived(order).items():
        stored = order.words[axis]
        if stored != derived:
            yield Gap(
                "status_not_derived", f"{order.number}/{axis}", f"{axis} is {stored}, not {derived}", order.number
            )
    yield from _wrong_sums(order)
    yield from _wrong_pieces(order)


def _derived(order: Dossier) -> dict[str, str]:
    return {
        "order_status": statuses.order_status(
            Milestones(
                canceled="canceled" in order.flags,
                expired="expired" in order.flags,
                on_hold="held" in order.flags,
                completed="completed" in order.flags,
                payment_settled=order.is_settled,
            )
        ),
        "payment_status": statuses.payment_status(_money(order)),
        "fulfillment_status": statuses.fulfillment_status([_quantities(order)]),
        "return_status": statuses.return_status(
            ReturnedPieces(requested=each.requested, received=each.received, canceled=each.canceled)
            for each in order.returns
        ),
    }


def _money(order: Dossier) -> Money:
    last = order.payments[-1] if order.payments else None
    return Money(
        due_cents=order.cents("due"),
        authorized_cents=sum(
            max(0, payment.authorized_cents - payment.captured_cents)
            for payment in order.payments
            if not payment.voided
        ),
        captured_cents=sum(payment.captured_cents for payment in order.payments),
        refunded_cents=sum(payment.refunded_cents for payment in order.payments),
        last_voided=last is not None and last.voided,
        last_failed=last is not None and last.failed,
    )


def _quantities(order: Dossier) -> Quantities:
    """All lines as one: the status asks for sums only."""
    names = ("canceled", "packed", "shipped", "delivered")
    pieces = {name: order.sums.get(name, 0) for name in names}
    return Quantities(ordered=order.sums.get("quantity", 0), **pieces)


def _wrong_sums(order: Dossier) -> Iterator[Gap]:
    subtotal, total, due = (order.cents(name) for name in ("subtotal", "total", "due"))
    lines = order.sums.get("gross_cents", 0)
    vat = sum(net + tax for _, net, tax in json.loads(order.words["vat"]))
    expected_due = 0 if "expired" in order.flags else total - sum(credit.credit_cents for credit in order.credits)
    if subtotal != lines:
        yield _total(order, "subtotal", f"the lines make {lines} cents, the subtotal is {subtotal}")
    if total != subtotal + order.cents("shipping"):
        yield _total(order, "total", f"subtotal and shipping do not make the total of {total} cents")
    if vat != total:
        yield _total(order, "vat", f"net and VAT make {vat} cents of a total of {total}")
    if due != expected_due:
        yield _total(order, "due", f"{due} cents are due; total less credits is {expected_due}")


def _wrong_pieces(order: Dossier) -> Iterator[Gap]:
    crossed = [f"{order.sums['crossed']} lines have more shipped than packed, or the like"]
    for sentence in [*(crossed if order.sums.get("crossed") else []), *order.odd_pieces]:
        yield Gap("pieces_differ", f"{order.number}/{sentence.split(':')[0][:40]}", sentence, order.number)


def _total(order: Dossier, what: str, detail: str) -> Gap:
    return Gap("total_differs", f"{order.number}/{what}", detail, order.number)
