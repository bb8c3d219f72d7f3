"""What a change of an order means for money, as mails say it."""

from dataclasses import dataclass

from shared.domain.money import euros


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """How an order stands after a change; amounts in cents.

    Attributes:
        payout_cents: what goes back to the shopper.
        open_cents: what is still to pay.
        by_card: the order is paid by card, so money goes back there; otherwise by bank transfer.
        released: an authorisation ended before anything was charged.
    """

    payout_cents: int = 0
    open_cents: int = 0
    by_card: bool
    released: bool = False


def money_words(settlement: Settlement) -> str:
    """Say what goes back and when it is there, or what is left to pay: one or two sentences."""
    if settlement.payout_cents:
        return f"{euros(settlement.payout_cents)} {payout_words(by_card=settlement.by_card)}"
    if settlement.open_cents:
        return _open_words(settlement)
    if settlement.released:
        return "Nothing was charged. Your bank no longer holds the amount on your card."
    charged = ", and nothing will be charged to your card" if settlement.by_card else ""
    return f"Nothing is left to pay{charged}."


def payout_words(*, by_card: bool) -> str:
    """Say where money goes back to and when it is there; an amount stands before."""
    if by_card:
        return "goes back to the card you paid with. Your bank usually shows it within 5 working days."
    return "goes back by bank transfer to the account you paid from. It is there within 14 days at the latest."


def _open_words(settlement: Settlement) -> str:
    if settlement.by_card:
        return f"The rest of the order costs {euros(settlement.open_cents)}; your card is charged no more than that."
    return f"{euros(settlement.open_cents)} is left to pay for the order."
