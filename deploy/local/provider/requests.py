"""The bodies that clients send, and what fits into them."""

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.local.provider.problems import FieldError, Problem

Cents = Annotated[int, Field(ge=1, le=99_999_999)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
OrderNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
# It becomes a header, and its origin a source of the page's content security policy.
ReturnUrl = Annotated[str, Field(max_length=2000, pattern=r"^https?://[A-Za-z0-9.:\[\]-]+([/?#][!-~]*)?$")]
Token = Literal["tok_success", "tok_decline", "tok_slow", "tok_timeout", "tok_3ds"]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Body(BaseModel):
    """A JSON object of which every member is known and of the right type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


AnyBody = TypeVar("AnyBody", bound=Body)


class AuthorizeBody(Body):
    """POST /authorizations."""

    amount_cents: Cents
    currency: Currency
    order_number: OrderNumber
    token: Token
    return_url: ReturnUrl | None = None


class SessionBody(Body):
    """POST /sessions."""

    amount_cents: Cents
    currency: Currency
    order_number: OrderNumber
    return_url: ReturnUrl


class CaptureBody(Body):
    """POST /authorizations/{id}/capture; None takes all that is left."""

    amount_cents: Cents | None = None


class VoidBody(Body):
    """POST /authorizations/{id}/void."""


class RefundBody(Body):
    """POST /authorizations/{id}/refund."""

    amount_cents: Cents


class ChargeBody(Body):
    """A row of POST /ledger."""

    id: Annotated[str, Field(pattern=r"^auth_[0-9a-f]{24}$")]
    key: Annotated[str, Field(pattern=r"^[!-~]{1,128}$")]
    order_number: OrderNumber
    amount_cents: Cents
    captured_cents: Annotated[int, Field(ge=0, le=99_999_999)]
    refunded_cents: Annotated[int, Field(ge=0, le=99_999_999)]
    currency: Currency
    status: Literal["authorized", "declined", "voided"]


class LedgerBody(Body):
    """POST /ledger."""

    charges: Annotated[list[ChargeBody], Field(min_length=1, max_length=300)]


class FaultsBody(Body):
    """POST /faults."""

    down: Count | None = None
    eat_reply: Count | None = None
    mute_callbacks: bool | None = None


def read_body(model: type[AnyBody], content: bytes) -> AnyBody:
    """Read a JSON object; an empty body is an empty object.

    Raises:
        Problem: unreadable, or validation with an error a field.
    """
    try:
        members: Any = json.loads(content.decode() or "{}")
    except (ValueError, RecursionError):
        raise Problem("unreadable", "The body is not JSON in UTF-8.") from None
    try:
        return model.model_validate(members)
    except ValidationError as error:
        raise Problem("validation", "See errors.", [field_error(dict(one)) for one in error.errors()]) from None


def field_error(error: dict[str, Any]) -> FieldError:
    """One of pydantic's errors in the words of a problem document."""
    return FieldError(".".join(str(part) for part in error["loc"]), f"{error['msg']}.")
