"""A credit as its row of `refunds` keeps it."""

import json
from collections.abc import Iterable
from dataclasses import asdict

from shared.db import Row
from shared.domain.book import Credit, CreditedLine
from shared.domain.pricing import VatLine


def contents_of(credit: Credit) -> str:
    """What a credit note prints, as the database keeps it."""
    return json.dumps(
        {
            "lines": [asdict(line) for line in credit.lines],
            "shipping_cents": credit.shipping_cents,
            "other_cents": credit.other_cents,
            "vat": [[line.rate_bp, line.net_cents, line.vat_cents] for line in credit.vat],
        }
    )


def credit_from(row: Row) -> Credit:
    """A credit out of its row of `refunds`."""
    contents = json.loads(row["contents"])
    return Credit(
        id=row["id"],
        kind=row["kind"],
        reason=row["reason"],
        credit_cents=row["credit_cents"],
        payout_cents=row["payout_cents"],
        lines=tuple(CreditedLine(**line) for line in contents["lines"]),
        shipping_cents=contents["shipping_cents"],
        other_cents=contents.get("other_cents", 0),
        vat=vat_lines(contents["vat"]),
    )


def vat_lines(lines: Iterable[list[int]]) -> tuple[VatLine, ...]:
    """VAT as JSON keeps it: [rate_bp, net_cents, vat_cents] for each rate."""
    return tuple(VatLine(*line) for line in lines)
