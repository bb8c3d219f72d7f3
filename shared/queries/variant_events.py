"""What staff and operators changed of a variant."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.db import Connection


@dataclass(frozen=True)
class VariantEvent:
    """What happened; was and now are cents or pieces, None where there is nothing to count."""

    what: str
    was: int | None = None
    now: int | None = None


async def insert_variant_events(connection: Connection, sku: str, who: str, events: Sequence[VariantEvent]) -> None:
    """Note what somebody changed; who is a staff member's e-mail address, or `operator`."""
    await connection.many(
        "INSERT INTO variant_events (sku, at, what, was, now, who) VALUES (%s, UTC_TIMESTAMP(6), %s, %s, %s, %s)",
        [(sku, event.what, event.was, event.now, who) for event in events],
    )
