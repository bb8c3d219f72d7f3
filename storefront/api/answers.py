"""What the API answers, as types: the OpenAPI document is made of them, too."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from shared.domain.statuses import FulfillmentStatus, OrderStatus, PaymentStatus, ReturnStatus, StepState


class Availability(StrEnum):
    IN_STOCK = "in_stock"
    FEW = "few"  # one to five
    SOLD_OUT = "sold_out"


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class ProductCard(Answer):
    slug: str
    name: str
    category: str
    price_cents: int
    currency: str
    picture: str


class Products(Answer):
    products: list[ProductCard]
    next: str | None


class ProductVariant(Answer):
    sku: str
    colour: str
    size: str
    price_cents: int
    availability: Availability
    picture: str


class ProductPage(ProductCard):
    description: str
    material: str
    variants: list[ProductVariant]


class CartLineAnswer(Answer):
    sku: str
    slug: str
    name: str
    colour: str
    size: str
    quantity: int
    unit_price_cents: int
    line_total_cents: int
    available: int


class CartAnswer(Answer):
    revision: int
    currency: str
    lines: list[CartLineAnswer]
    subtotal_cents: int
    item_count: int


class VatAnswer(Answer):
    rate_bp: int
    net_cents: int
    vat_cents: int


class OrderLineAnswer(Answer):
    sku: str
    name: str
    colour: str
    size: str
    quantity: int
    unit_price_cents: int
    packed: int
    shipped: int
    delivered: int
    canceled: int
    returned: int


class AddressAnswer(Answer):
    name: str
    line1: str
    line2: str
    city: str
    postcode: str
    country: str


class StepAnswer(Answer):
    step: str
    ref: str
    state: StepState
    attempts: int
    next_retry_at: datetime | None
    error: str | None


class EventAnswer(Answer):
    at: datetime
    what: str
    who: str | None
    why: str | None


class DocumentAnswer(Answer):
    kind: str
    number: str
    revision: int
    url: str
    sha256: str


class OrderAnswer(Answer):
    number: str
    url: str
    placed_at: datetime
    order_status: OrderStatus
    payment_status: PaymentStatus
    fulfillment_status: FulfillmentStatus
    return_status: ReturnStatus
    attention: str | None
    currency: str
    subtotal_cents: int
    shipping_cents: int
    total_cents: int
    vat: list[VatAnswer]
    paid_cents: int
    refunded_cents: int
    lines: list[OrderLineAnswer]
    shipping_address: AddressAnswer
    steps: list[StepAnswer]
    events: list[EventAnswer]
    documents: list[DocumentAnswer]


class RunAnswer(Answer):
    run: str
    started_at: datetime
    ended_at: datetime | None


class RunLine(Answer):
    sku: str
    quantity: int


class RunStep(Answer):
    step: str
    ref: str
    state: StepState
    attempts: int


class RunDocument(Answer):
    kind: str
    number: str


class RunMail(Answer):
    message_id: str
    state: str
    at: datetime | None


class RunOrder(Answer):
    """key_sha256: of the Idempotency-Key it was ordered with, in hex."""

    number: str
    key_sha256: str
    placed_at: datetime
    order_status: OrderStatus
    payment_status: PaymentStatus
    total_cents: int
    lines: list[RunLine]
    steps: list[RunStep]
    documents: list[RunDocument]
    mails: list[RunMail]


class RunStock(Answer):
    sku: str
    pool: int
    sold: int
    left: int


class RunGap(Answer):
    kind: str
    order: str | None
    detail: str


class RunAudit(Answer):
    checked: dict[str, int]
    gaps: list[RunGap]


class RunReport(RunAnswer):
    """A page of the orders, oldest first; stock: on the first page, of what was sold; audit: where asked for."""

    orders: list[RunOrder]
    next: str | None
    stock: list[RunStock] | None
    audit: RunAudit | None


class FieldFault(Answer):
    field: str
    message: str


class ChangeAnswer(Answer):
    sku: str | None
    kind: Literal["price", "quantity", "sold_out", "gone", "shipping", "revision"]
    was: Any
    now: Any


class ShortageAnswer(Answer):
    sku: str
    wanted: int
    left: int


class Problem(Answer):
    """A problem document (RFC 9457). Which further members there are depends on the type."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldFault] | None = None
    changes: list[ChangeAnswer] | None = None
    cart: CartAnswer | None = None
    lines: list[ShortageAnswer] | None = None
