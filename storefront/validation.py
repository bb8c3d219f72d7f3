"""Checking what was sent against a Pydantic model, with faults told as field and a sentence."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.errors import FieldError, Invalid, Unreadable

T = TypeVar("T", bound=BaseModel)

MESSAGES = {
    "missing": "This is missing.",
    "extra_forbidden": "There is no such field here.",
    "int_type": "A whole number was expected.",
    "int_parsing": "A whole number was expected.",
    "int_parsing_size": "This number is too large.",
    "int_from_float": "A whole number was expected.",
    "string_type": "Text was expected.",
    "string_unicode": "This is no proper text.",
    "string_pattern_mismatch": "This is not of the form that is expected here.",
    "model_type": "An object was expected.",
    "model_attributes_type": "An object was expected.",
    "dict_type": "An object was expected.",
    "list_type": "A list was expected.",
    "greater_than_equal": "The least is {ge}.",
    "less_than_equal": "The most is {le}.",
    "string_too_short": "This is too short: {min_length} characters at least.",
    "string_too_long": "Use at most {max_length} characters.",
    "too_long": "These are too many: {max_length} at most.",
    "literal_error": "Choose one of {expected}.",
}


def check(model: type[T], values: Any) -> T:
    """Make a model of values.

    Raises:
        Invalid: names every field at fault, dotted, all at once.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Invalid(errors=faults(error)) from None


def faults(error: ValidationError) -> list[FieldError]:
    return [
        FieldError(_dotted(item["loc"]), _sentence(item["type"], item.get("ctx") or {}, item["msg"]))
        for item in error.errors(include_url=False, include_input=False)
    ]


def _dotted(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)[:200]


def _sentence(kind: str, context: Mapping[str, Any], default: str) -> str:
    return MESSAGES.get(kind, default).format_map(context) if kind in MESSAGES else default


def read_json(text: bytes) -> dict[str, Any]:
    """Read a JSON object, strictly.

    Raises:
        Unreadable: no UTF-8, no JSON, a field twice, NaN or Infinity, or no object.
    """
    try:
        found = json.loads(text.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unreadable("The body is not readable JSON.") from None
    if not isinstance(found, dict):
        raise Unreadable("The body must be a JSON object.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable("A field was sent twice.", [FieldError(twice[:100], "This was sent twice.")])
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
