"""An order with all that belongs to it, as pages, API, mails and commands read it. Times are aware and UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.book import Credit
from shared.domain.countries import Address
from shared.domain.pricing import VatLine


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    sku: str
    slug: str
    name: str
    colour: str
    size: str
    picture: str
    vat_bp: int
    quantity: int
    unit_price_cents: int
    packed: int
    shipped: int
    delivered: int
    canceled: int
    returned: int

    @property
    def line_total_cents(self) -> int:
        return self.quantity * self.unit_price_cents


@dataclass(frozen=True, kw_only=True)
class OrderStep:
    step: str
    ref: int
    state: str
    attempts: int
    next_retry_at: datetime | None
    error: str | None


@dataclass(frozen=True, kw_only=True)
class OrderEvent:
    at: datetime
    what: str
    who: str | None
    why: str | None


@dataclass(frozen=True, kw_only=True)
class OrderDocument:
    """A finished PDF (kind invoice, later credit_note …); sha256 in hex, path relative to MEDIA_ROOT."""

    kind: str
    number: str
    revision: int
    sha256: str
    path: str
    size: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentAttempt:
    attempt: int
    method: str
    token: str | None
    provider_ref: str | None
    authorized_cents: int
    captured_cents: int
    refunded_cents: int
    failed_at: datetime | None
    failure: str | None
    checkout_url: str | None
    voided_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OrderParcel:
    id: int
    carrier: str
    tracking: str
    capture_cents: int
    shipped_at: datetime
    delivered_at: datetime | None
    pieces: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class OrderReturn:
    """kind: return or withdrawal; reason: one of `shared.domain.returning.REASONS`."""

    id: int
    kind: str
    reason: str
    requested_at: datetime
    received_at: datetime | None
    canceled_at: datetime | None
    pieces: Mapping[str, int]
    received: Mapping[str, int]

    @property
    def outstanding(self) -> Mapping[str, int]:
        left = {sku: count - self.received.get(sku, 0) for sku, count in self.pieces.items()}
        return {} if self.canceled_at else {sku: count for sku, count in left.items() if count}


@dataclass(frozen=True, kw_only=True)
class OrderCredit:
    """A lower price and the money that goes back for it; done_at is when it went out."""

    credit: Credit
    who: str
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class OrderView:
    id: int
    number: str
    placed_at: datetime
    email: str
    cart_id: str
    order_status: str
    payment_status: str
    fulfillment_status: str
    return_status: str
    attention: str | None
    payment_method: str
    shipping_method: str
    currency: str
    subtotal_cents: int
    shipping_cents: int
    total_cents: int
    vat: tuple[VatLine, ...]
    paid_cents: int
    refunded_cents: int
    lines: tuple[OrderLine, ...]
    addresses: Mapping[str, Address]
    steps: tuple[OrderStep, ...]
    events: tuple[OrderEvent, ...]
    documents: tuple[OrderDocument, ...]
    payments: tuple[PaymentAttempt, ...]
    user_id: int | None = None
    due_cents: int = 0
    hold_reason: str | None = None
    test_run: str | None = None
    expires_at: datetime | None = None
    delivered_at: datetime | None = None
    parcels: tuple[OrderParcel, ...] = ()
    returns: tuple[OrderReturn, ...] = ()
    credits: tuple[OrderCredit, ...] = ()

    @property
    def open_cents(self) -> int:
        """What is still to be paid."""
        return max(0, self.due_cents - self.paid_cents + self.refunded_cents)

    @property
    def shipping_address(self) -> Address:
        return self.addresses["shipping"]

    @property
    def billing_address(self) -> Address:
        """Where the invoice goes: the delivery address unless another was given."""
        return self.addresses.get("billing", self.shipping_address)
