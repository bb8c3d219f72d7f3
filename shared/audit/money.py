"""A card order has one authorization and the captures its setting asks for, to the cent; what was charged and kept is
what the order costs."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.audit.dossier import Dossier, Payment
from shared.audit.gaps import Gap


@dataclass(frozen=True)
class Till:
    """Sums over the card payments of one order, in cents; promised: payouts that have not gone out."""

    captured: int
    refunded: int
    promised: int

    @property
    def kept(self) -> int:
        return self.captured - self.refunded - self.promised


def gaps_of(order: Dossier, capture: str) -> Iterator[Gap]:
    """Args: capture: the setting, processing or shipment."""
    cards = [payment for payment in order.payments if payment.method == "card"]
    if cards and not order.is_money_moving:
        till = Till(
            captured=sum(payment.captured_cents for payment in cards),
            refunded=sum(payment.refunded_cents for payment in cards),
            promised=sum(credit.payout_cents - credit.paid_out_cents for credit in order.credits if not credit.done),
        )
        yield from _over(order, cards)
        yield from _closed(order, cards, till) if order.is_closed else _open(order, cards, till, capture)
        yield from _paid_out(order, till)


def _over(order: Dossier, cards: list[Payment]) -> Iterator[Gap]:
    for card in cards:
        if card.captured_cents > card.authorized_cents or card.refunded_cents > card.captured_cents:
            yield _gap(order, "captured_differs", f"attempt {card.attempt}: more captured or refunded than there was")


def _open(order: Dossier, cards: list[Payment], till: Till, capture: str) -> Iterator[Gap]:
    if order.words["payment_method"] != "card" or not order.is_settled:
        return
    held = [card for card in cards if _is_live(card)]
    if not any(card.authorized_cents for card in cards):
        yield _gap(order, "authorization_missing", "it is processed, and no card was authorized")
    elif len(held) > 1:
        yield _gap(
            order, "authorized_twice", f"attempts {', '.join(str(card.attempt) for card in held)} all hold money"
        )
    elif held and not order.cents("due") <= held[0].authorized_cents <= order.cents("total"):
        yield _gap(order, "authorization_differs", f"{held[0].authorized_cents} cents are authorized")
    due = order.cents("due")
    if till.kept != due and not _fits_parcels(order, till, capture) and not _is_known_surplus(order, till):
        yield _gap(order, "captured_differs", f"{till.kept} cents were charged and kept, the order costs {due}")


def _fits_parcels(order: Dossier, till: Till, capture: str) -> bool:
    """Charged as parcels leave: what the parcels so far are to be charged, and has been."""
    by_parcel = capture == "shipment" or any(order.parcels.values())
    charged = all(order.is_done("capture", parcel) for parcel, cents in order.parcels.items() if cents)
    return by_parcel and charged and till.captured == sum(order.parcels.values())


def _is_known_surplus(order: Dossier, till: Till) -> bool:
    return till.kept > order.cents("due") and "attention" in order.flags


def _closed(order: Dossier, cards: list[Payment], till: Till) -> Iterator[Gap]:
    """Canceled or expired: nothing is kept and nothing stays authorized, or a person was told."""
    if till.kept != order.cents("due") and "attention" not in order.flags:
        yield _gap(order, "closed_order_charged", f"{till.kept} cents are kept of an order that is closed")
    left = [card for card in cards if not card.voided and not card.failed and not card.captured_cents]
    if any(card.authorized_cents for card in left) and "attention" not in order.flags:
        yield _gap(order, "authorization_left", "a card is still authorized for an order that is closed")


def _paid_out(order: Dossier, till: Till) -> Iterator[Gap]:
    paid_out = sum(credit.paid_out_cents for credit in order.credits)
    if order.words["payment_method"] == "card" and paid_out != till.refunded:
        yield _gap(order, "refund_differs", f"{paid_out} cents of refunds went out, the card got {till.refunded} back")


def _is_live(card: Payment) -> bool:
    """It holds money of the buyer's, and did not give all of it back."""
    is_given_back = card.captured_cents > 0 and card.refunded_cents >= card.captured_cents
    return card.authorized_cents > 0 and not card.voided and not is_given_back


def _gap(order: Dossier, kind: str, detail: str) -> Gap:
    return Gap(kind, order.number, detail, order.number)
