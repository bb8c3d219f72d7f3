"""What the forms on the back office's order page hold."""

import re
from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

from shared.errors import FieldError, Invalid
from storefront.forms.typed import MOST_EUROS, EuroCents
from storefront.validation import faults

PIECES = "pieces."  # followed by the SKU
ALL = "all"  # the button that takes everything the page showed: SKU*2~SKU*1
NOTE_LENGTH = 150
_PIECE = re.compile(r"([A-Z0-9-]{1,24})\*([0-9]{1,4})")
_EUROS: TypeAdapter[int] = TypeAdapter(EuroCents)


def write_all(pieces: Mapping[str, int]) -> str:
    """The value of the button that takes all of these pieces."""
    return "~".join(f"{sku}*{count}" for sku, count in pieces.items())


def read_pieces(fields: Mapping[str, str]) -> dict[str, int]:
    """The pieces chosen, SKU by SKU; blank and 0 are none. The button `all` outweighs what stands in the fields.

    Raises:
        Invalid: no whole number; names each field at fault.
    """
    if fields.get(ALL):
        return _all_pieces(fields[ALL])
    chosen = {name: value.strip() for name, value in fields.items() if name.startswith(PIECES) and value.strip()}
    wrong = [
        FieldError(name, "Enter a whole number.") for name, v in chosen.items() if not re.fullmatch("[0-9]{1,4}", v)
    ]
    if wrong:
        raise Invalid(errors=wrong)
    return {name.removeprefix(PIECES): int(value) for name, value in chosen.items() if int(value)}


def _all_pieces(text: str) -> dict[str, int]:
    matches = [_PIECE.fullmatch(piece) for piece in text.split("~")]
    if not all(matches):
        raise Invalid(errors=[FieldError("pieces", "Open the page afresh and try again.")])
    return {match[1]: int(match[2]) for match in matches if match}


def read_amount(fields: Mapping[str, str]) -> int:
    """The field `amount`, in euros as typed, to cents.

    Raises:
        Invalid: no amount above zero and up to MOST_EUROS.
    """
    try:
        cents = _EUROS.validate_python(fields.get("amount", ""))
    except ValidationError as error:
        raise Invalid(errors=[FieldError("amount", faults(error)[0].message)]) from None
    if not 0 < cents <= MOST_EUROS * 100:
        raise Invalid(errors=[FieldError("amount", f"From €0.01 to €{MOST_EUROS:,}.")])
    return cents


def read_note(fields: Mapping[str, str]) -> str:
    """The field `note`, which may be blank."""
    note = fields.get("note", "").strip()
    if len(note) > NOTE_LENGTH or not (note or "x").isprintable():
        raise Invalid(errors=[FieldError("note", f"At most {NOTE_LENGTH} printable characters.")])
    return note


def read_id(fields: Mapping[str, str], name: str) -> int:
    """A hidden field that names a parcel or a return of this order."""
    if not re.fullmatch("[0-9]{1,18}", fields.get(name, "")):
        raise Invalid(errors=[FieldError(name, "Open the page afresh and try again.")])
    return int(fields[name])
