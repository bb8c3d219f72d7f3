"""What an order costs less than when it was placed, its VAT, and the money that goes back: pure, see `book`."""

from collections.abc import Mapping
from dataclasses import replace

from shared.domain.book import Book, Credit, CreditedLine, Pieces
from shared.domain.pricing import VatLine, share_out, vat_contained


def credited(book: Book, credit: Credit, payout_cents: int | None = None) -> Book:
    """Add a credit: its amount cut to what is left to pay, and its VAT worked out.

    Args:
        credit: kind, reason, lines, shipping_cents and other_cents are given; the rest is worked out here.
        payout_cents: the money that goes back; None for what is then kept beyond the lower price.
    """
    wanted = _by_rate(book, credit)
    left = left_by_rate(book)
    granted = {rate: max(0, min(wanted.get(rate, 0), left[rate])) for rate in left}
    amount = sum(granted.values())
    explained = sum(line.cents for line in credit.lines) + credit.shipping_cents
    if payout_cents is None:
        payout_cents = max(0, book.kept_cents - (book.due_cents - amount))
    whole = replace(
        credit,
        credit_cents=amount,
        other_cents=amount - explained,
        payout_cents=payout_cents,
        vat=_vat(book, granted),
    )
    promised = book.till.promised_cents + whole.payout_cents
    return replace(book, credits=(*book.credits, whole), till=replace(book.till, promised_cents=promised))


def lines_of(book: Book, pieces: Pieces) -> tuple[CreditedLine, ...]:
    return tuple(
        CreditedLine(sku=line.sku, quantity=pieces[line.sku], cents=pieces[line.sku] * line.unit_price_cents)
        for line in book.lines
        if pieces.get(line.sku)
    )


def shipping_left_cents(book: Book) -> int:
    return book.shipping_cents - sum(credit.shipping_cents for credit in book.credits)


def left_by_rate(book: Book) -> dict[int, int]:
    """The gross of each rate that has not been credited yet."""
    left = {line.rate_bp: line.net_cents + line.vat_cents for line in book.vat}
    for credit in book.credits:
        for line in credit.vat:
            left[line.rate_bp] -= line.net_cents + line.vat_cents
    return left


def _by_rate(book: Book, credit: Credit) -> dict[int, int]:
    """Goods by their rate; shipping as it was shared out; a goodwill amount over what is left of each rate."""
    rate_of = {line.sku: line.vat_bp for line in book.lines}
    goods = {line.vat_bp: 0 for line in book.lines}
    wanted = dict.fromkeys(goods, 0)
    for bought in book.lines:
        goods[bought.vat_bp] += bought.unit_price_cents * bought.ordered
    for line in credit.lines:
        wanted[rate_of[line.sku]] += line.cents
    _add(wanted, share_out(credit.shipping_cents, goods))
    _add(wanted, share_out(credit.other_cents, left_by_rate(book)))
    return wanted


def _add(to: dict[int, int], shares: Mapping[int, int]) -> None:
    for rate, cents in shares.items():
        to[rate] += cents


def _vat(book: Book, granted: Mapping[int, int]) -> tuple[VatLine, ...]:
    """The VAT of a credit; the last one of a rate takes the rest, so that all credits together give all VAT back."""
    left = left_by_rate(book)
    vat_left = {line.rate_bp: line.vat_cents for line in book.vat}
    for credit in book.credits:
        for line in credit.vat:
            vat_left[line.rate_bp] -= line.vat_cents
    found = []
    for rate, gross in granted.items():
        if gross:
            vat_cents = vat_left[rate] if gross == left[rate] else min(vat_left[rate], vat_contained(gross, rate))
            found.append(VatLine(rate, gross - vat_cents, vat_cents))
    return tuple(found)
