"""What the shopper's forms about an order hold."""

from collections.abc import Mapping

from shared.domain.returning import REASONS
from shared.errors import FieldError, Invalid
from shared.services.cancellation import REASON_LENGTH
from storefront.forms.desk import read_pieces

UNSAID = "Canceled by the customer"  # what staff and the credit note read when no reason was given


def read_reason(fields: Mapping[str, str]) -> str:
    """The field `reason`, in the shopper's own words, which may be blank; line breaks become blanks.

    Raises:
        Invalid: more than REASON_LENGTH characters, or some that cannot be printed.
    """
    reason = " ".join(fields.get("reason", "").split())
    if len(reason) > REASON_LENGTH or not reason.isprintable():
        raise Invalid(errors=[FieldError("reason", f"Use at most {REASON_LENGTH} printable characters.")])
    return reason or UNSAID


def read_return(fields: Mapping[str, str]) -> tuple[dict[str, int], str]:
    """The pieces to send back, SKU by SKU, and why: one of REASONS.

    Raises:
        Invalid: names every field at fault, in the order of the form.
    """
    pieces, wrong = _pieces(fields)
    reason = fields.get("reason", "")
    if reason not in REASONS:
        wrong.append(FieldError("reason", "Choose a reason."))
    if wrong:
        raise Invalid(errors=wrong)
    return pieces, reason


def _pieces(fields: Mapping[str, str]) -> tuple[dict[str, int], list[FieldError]]:
    try:
        pieces = read_pieces(fields)
    except Invalid as error:
        return {}, list(error.errors)
    return pieces, [] if pieces else [FieldError("pieces", "Choose at least one piece.")]
