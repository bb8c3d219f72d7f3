"""What the API takes: these types check the requests and are, as JSON Schema, the OpenAPI document."""

import re
from typing import Annotated, Any, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from shared.domain.cart import MAX_QUANTITY
from shared.domain.countries import COUNTRIES, TEXT_LENGTH, text_fault, tidy_text
from shared.domain.load_runs import RUN

EMAIL_LENGTH = 254
EMAIL_HINT = "Enter an e-mail address, as in name@example.org."


class Request(BaseModel):
    """Strict: "1" is no number, and fields we do not know are named instead of ignored."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _email(value: str) -> str:
    try:
        validate_email(value.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise PydanticCustomError("email", "{hint}", {"hint": _email_fault(value)}) from None
    return tidy_text(value)


def _email_fault(value: str) -> str:
    if "@" in value and not value.rpartition("@")[2].strip():
        return "The part after the @ is missing, as in name@example.org."
    return EMAIL_HINT


def _one_line(value: str) -> str:
    tidy = tidy_text(value)
    if fault := text_fault(tidy, "") if tidy else "":
        raise PydanticCustomError("text", "{fault}", {"fault": fault})
    return tidy


Email = Annotated[
    str, Field(min_length=3, max_length=EMAIL_LENGTH, examples=["jana@example.org"]), AfterValidator(_email)
]
Text = Annotated[str, Field(max_length=TEXT_LENGTH), AfterValidator(_one_line)]
Sku = Annotated[str, Field(min_length=1, max_length=24, examples=["MJ08-FOR-M"])]
Quantity = Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
Cents = Annotated[int, Field(ge=0, le=4_294_967_295)]
Revision = Annotated[int, Field(ge=0, le=2**53)]
Country = Annotated[
    str, Field(min_length=2, max_length=2, json_schema_extra={"enum": sorted(country.code for country in COUNTRIES)})
]


class ItemToAdd(Request):
    sku: Sku
    quantity: Quantity


class ItemQuantity(Request):
    quantity: Quantity


class AddressFields(Request):
    name: Text = Field(examples=["Jana Łukaszewicz"])
    line1: Text = Field(examples=["Prinzenstr. 84"])
    line2: Text = ""
    city: Text = Field(examples=["Berlin"])
    postcode: Text = Field(examples=["10969"])
    country: Country


class PaymentChoice(Request):
    """A token stands for a card at the provider; card numbers never come here."""

    method: Literal["invoice", "card"]
    token: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")] | None = None


class OrderToPlace(Request):
    """What to buy is in the cart; total_cents, where given, must be what will be paid."""

    email: Email
    cart_revision: Revision
    total_cents: Cents | None = None
    shipping_method: Literal["standard", "express"]
    shipping_address: AddressFields
    billing_address: AddressFields | None = None
    payment: PaymentChoice


Pool = dict[Annotated[str, Field(pattern=r"^(default|[A-Z0-9-]{1,24})$")], Annotated[int, Field(ge=0, le=1_000_000)]]


class RunToOpen(Request):
    """Its stock: so many pieces of every variant (default), and another number of some."""

    run: Annotated[str, Field(pattern=f"^{RUN.pattern}$", examples=["nightly-42"])]
    stock: Pool = Field({}, max_length=1000, examples=[{"default": 1000, "MJ08-FOR-M": 50}])


def _digits(value: Any) -> Any:
    """Numbers in a query string are digits only."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,20}", value) else value


class ProductsQuery(BaseModel):
    """Blank values mean the same as none; what the shop does not know finds nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    category: str = Field("", max_length=TEXT_LENGTH, examples=["knitwear"])
    q: str = Field("", max_length=TEXT_LENGTH, description="Words or parts of words.")
    size: list[Annotated[str, Field(max_length=TEXT_LENGTH)]] = Field([], max_length=50)
    colour: list[Annotated[str, Field(max_length=TEXT_LENGTH)]] = Field([], max_length=50)
    cursor: str = Field("", pattern=r"^[0-9]{0,15}$", description="`next` of the page before.")
    limit: Annotated[int, Field(ge=1, le=100), BeforeValidator(_digits)] = 24


class RunQuery(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    cursor: str = Field("", pattern=r"^[0-9]{0,15}$", description="`next` of the page before.")
    limit: Annotated[int, Field(ge=1, le=500), BeforeValidator(_digits)] = 100
    audit: Literal["", "0", "1"] = Field("", description="1: compare the run's ledgers, too.")
