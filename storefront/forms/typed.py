"""What people type into fields, as types. Blank means the same as not there."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from shared.domain.countries import TEXT_LENGTH

MOST_EUROS = 1_000_000


def whole(value: Any) -> Any:
    """Digits to a number; anything else is told what was expected."""
    if isinstance(value, str):
        if not re.fullmatch(r"-?[0-9]{1,20}", value.strip()):
            raise PydanticCustomError("whole", "Enter a whole number.")
        return int(value)
    return value


def _euros(value: Any) -> Any:
    """ "12", "12.5" or "12,50" to cents."""
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"€?\s*([0-9]{1,7})(?:[.,]([0-9]{1,2}))?\s*€?", value.strip())
    if match is None:
        raise PydanticCustomError("euros", "Enter an amount in euros, as in 49 or 49.90.")
    return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))


def _flag(value: Any) -> Any:
    if value in ("1", "on", True):
        return True
    raise PydanticCustomError("flag", "Send 1, or leave it out.")


Words = Annotated[str, Field(max_length=TEXT_LENGTH)]
Whole = Annotated[int, BeforeValidator(whole)]
EuroCents = Annotated[int, BeforeValidator(_euros)]
Flag = Annotated[bool, BeforeValidator(_flag)]
