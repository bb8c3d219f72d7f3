"""/payments/callback: the card provider says that something happened. Signed, so no browser's origin is asked for."""

import time
from http import HTTPStatus
from typing import ClassVar

from pydantic import BaseModel, Field

from shared import log
from shared.domain.numbers import ORDER_NUMBER
from shared.errors import FieldError, Invalid
from shared.own_writes import concerns
from shared.queries.payments import PaymentEvent
from shared.services.payments import note_callback
from storefront.callback_signature import check_signature
from storefront.handlers.api import ApiHandler
from storefront.validation import check, read_json


class EventData(BaseModel):
    order_number: str = Field(max_length=20)
    amount_cents: int = Field(ge=0, le=4_294_967_295, strict=True)
    key: str = Field(default="", max_length=128)


class Event(BaseModel):
    """What we read of an event; the provider may tell more. It is a hint only: the worker asks by key."""

    id: str = Field(min_length=1, max_length=64, pattern="^[!-~]+$")
    type: str = Field(min_length=1, max_length=40, pattern="^[a-z._]+$")
    data: EventData


class CallbackHandler(ApiHandler):
    is_for_everybody: ClassVar[bool] = True

    async def post(self) -> None:
        body = self.body()
        secret = self.shop.settings.payment_secret
        check_signature(self.request.headers.get("Payment-Signature", ""), body, secret, time.time())
        event = check(Event, read_json(body))
        number = event.data.order_number
        if not ORDER_NUMBER.fullmatch(number):
            raise Invalid(errors=[FieldError("data.order_number", "This is no number of an order.")])
        log.note(order_number=number)
        concerns(f"order:{number}")
        message = await note_callback(
            self.shop.database,
            PaymentEvent(external_id=event.id, order_id=0, kind=event.type, amount_cents=event.data.amount_cents),
            number,
            event.data.key,
        )
        self.shop.publisher.announce_soon([message] if message else [])
        self.set_status(HTTPStatus.NO_CONTENT)

    def check_origin(self) -> None:
        """The signature says who sent this."""
