"""Packing, sending and delivering an order's pieces. Arguments, answers and errors are those of `order_commands`."""

from dataclasses import dataclass

from shared.db import Database
from shared.domain import fulfilling
from shared.domain.book import Parcel, Pieces
from shared.errors import FieldError, Invalid
from shared.messages import Message
from shared.services.order_commands import Command, Turn, carry_out, in_words


@dataclass(frozen=True, kw_only=True)
class ShipmentRequest:
    """A parcel to be sent; carrier and tracking may be empty."""

    pieces: Pieces
    carrier: str = ""
    tracking: str = ""


async def pack(database: Database, number: str, command: Command, pieces: Pieces) -> tuple[Message, ...]:
    async def act(turn: Turn) -> None:
        await turn.write(fulfilling.pack(turn.book, pieces))
        await turn.tell("line.packed", in_words(pieces))

    return await carry_out(database, number, command, ("pack", dict(pieces)), act)


async def unpack(database: Database, number: str, command: Command, pieces: Pieces) -> tuple[Message, ...]:
    async def act(turn: Turn) -> None:
        await turn.write(fulfilling.unpack(turn.book, pieces))
        await turn.tell("line.unpacked", in_words(pieces))

    return await carry_out(database, number, command, ("unpack", dict(pieces)), act)


async def ship(
    database: Database, number: str, command: Command, request: ShipmentRequest, *, capture_at_shipment: bool
) -> tuple[Message, ...]:
    """Send a parcel off: its mail follows, and the card is charged for it when that was left until now."""
    _check_texts(request)

    async def act(turn: Turn) -> None:
        parcel = Parcel(pieces=dict(request.pieces), carrier=request.carrier, tracking=request.tracking)
        after = fulfilling.ship(turn.book, parcel, capture_at_shipment=capture_at_shipment)
        (parcel_id,) = (await turn.write(after)).parcels
        await turn.tell("parcel.shipped", in_words(request.pieces))
        if after.parcels[-1].capture_cents:
            await turn.steps.add("capture", parcel_id)
        await turn.steps.add("mail_shipped", parcel_id)

    arguments = [dict(request.pieces), request.carrier, request.tracking]
    return await carry_out(database, number, command, ("ship", arguments), act)


async def deliver(database: Database, number: str, command: Command, shipment_id: int) -> tuple[Message, ...]:
    async def act(turn: Turn) -> None:
        after = fulfilling.deliver(turn.book, shipment_id)
        await turn.tell("parcel.delivered")
        await turn.write(after)

    return await carry_out(database, number, command, ("deliver", shipment_id), act)


def _check_texts(request: ShipmentRequest) -> None:
    limits = {"carrier": 40, "tracking": 60}
    faults = [
        FieldError(name, f"At most {limit} printable characters.")
        for name, limit in limits.items()
        if len(getattr(request, name)) > limit or not (getattr(request, name) or "x").isprintable()
    ]
    if faults:
        raise Invalid(errors=faults)
