"""Whole orders by the thousand, spread over the last 90 days: lines, money, steps, mails, documents, and the card
provider's side. All is done and announced, so that no worker has anything to do, and the auditor finds no gap.

Told apart from real ones: the cart's id begins with "seed.", and mails, which nobody sends, have the reply "seeded".
The documents share a few real files. Stock stays as it is: what these orders took came in for them.
"""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path

from tornado.httpclient import AsyncHTTPClient

from shared.db import Connection, Database
from shared.media import Media
from shared.queries import seeded_orders, seeded_papers
from shared.queries.seeded_papers import SharedFile
from shared.seed.draft_rows import charge_row, credit_row, line_row, order_row
from shared.seed.drafts import Draft, Drawing
from shared.settings import Settings

DOCUMENTS = Path(__file__).parent / "documents"
FILES = (  # kind, way of paying, letter of its numbers, file
    ("invoice", "card", "I", "invoice-card.pdf"),
    ("invoice", "invoice", "I", "invoice-on-account.pdf"),
    ("credit_note", "card", "C", "credit-note.pdf"),
    ("credit_note", "invoice", "C", "credit-note.pdf"),
)
BATCH = 500  # orders a transaction
SIDE_BY_SIDE = 2  # batches: one is made while the server writes the other
CHARGES = 250  # rows a call: the provider takes bodies of 64 KiB
VARIANTS = 500  # that are sold
ANSWER_S = 20


class SeedFault(Exception):
    """Orders cannot be made; the sentence says why."""


@dataclass(frozen=True)
class OrderSeed:
    """One run; it bears its time in the ids of its carts."""

    settings: Settings
    database: Database
    drawing: Drawing
    files: Sequence[SharedFile]

    def batch(self, first: int) -> str:
        return f"seed.{self.drawing.now:%Y%m%dT%H%M%S.%f}.{first}"


async def plant_orders(settings: Settings, database: Database, count: int) -> int:
    """Add `count` orders; returns how many charges the provider got.

    Raises:
        SeedFault: this is production, there is nothing to sell, or the provider does not answer.
    """
    if settings.is_production:
        raise SeedFault("sample orders are not for production")
    async with database.writer() as connection:
        variants = await seeded_orders.variants_on_sale(connection, VARIANTS)
    if not variants:
        raise SeedFault("there is nothing to sell")
    drawing = Drawing(variants, settings.shipping, datetime.now(UTC).replace(tzinfo=None), random.Random())  # noqa: S311
    seed = OrderSeed(settings, database, drawing, await _share_files(settings))
    places = asyncio.Semaphore(SIDE_BY_SIDE)
    sizes = [(first, min(BATCH, count - first)) for first in range(0, count, BATCH)]
    return sum(await asyncio.gather(*(_plant_batch(seed, places, first, size) for first, size in sizes)))


async def _share_files(settings: Settings) -> list[SharedFile]:
    media = Media(settings.media_root)
    shared = []
    for kind, method, letter, name in FILES:
        stored = await media.store("documents", ".pdf", (DOCUMENTS / name).read_bytes())
        shared.append(
            SharedFile(
                kind=kind,
                payment_method=method,
                letter=letter,
                sha256=stored.sha256,
                path=stored.path,
                size=stored.size,
            )
        )
    return shared


async def _plant_batch(seed: OrderSeed, places: asyncio.Semaphore, first: int, size: int) -> int:
    """The provider's side first, as an order without its charge is worse than a charge that is 60 s early."""
    async with places:
        drafts = await _new_drafts(seed, first, size)
        charges = [charge_row(draft) for draft in drafts if draft.method == "card"]
        for start in range(0, len(charges), CHARGES):
            await _enter(seed.settings.payment_gateway, charges[start : start + CHARGES])
        await seed.database.retrying(lambda connection: _write(connection, seed, seed.batch(first), drafts))
        return len(charges)


async def _new_drafts(seed: OrderSeed, first: int, size: int) -> list[Draft]:
    """Drafts whose numbers no order has."""
    drafts = [seed.drawing.draw(serial) for serial in range(first, first + size)]
    async with seed.database.writer() as connection:
        used = await seeded_orders.numbers_in_use(connection, [draft.number for draft in drafts])
    return [seed.drawing.draw(draft.serial) if draft.number in used else draft for draft in drafts]


async def _enter(gateway: str, charges: Sequence[dict[str, object]]) -> None:
    try:
        await AsyncHTTPClient().fetch(
            f"{gateway}/ledger",
            method="POST",
            body=json.dumps({"charges": charges}),
            headers={"Content-Type": "application/json"},
            request_timeout=ANSWER_S,
            follow_redirects=False,
        )
    except OSError as error:
        raise SeedFault(f"the card provider does not answer: {error}") from error


async def _write(connection: Connection, seed: OrderSeed, batch: str, drafts: Sequence[Draft]) -> None:
    ids = await seeded_orders.insert_orders(connection, batch, [order_row(batch, draft) for draft in drafts])
    numbered = list(zip(ids, drafts, strict=True))
    lines = [
        line_row(order_id, draft, position, line)
        for order_id, draft in numbered
        for position, line in enumerate(draft.lines)
    ]
    await seeded_orders.insert_lines(connection, lines)
    credited = [credit_row(order_id, draft) for order_id, draft in numbered if draft.credit_cents]
    await seeded_orders.insert_credits(connection, credited)
    await seeded_orders.derive(connection, batch)
    await seeded_papers.derive_steps(connection, batch)
    domain = parseaddr(seed.settings.mail_from)[1].rpartition("@")[2]
    await seeded_papers.derive_papers(connection, batch, domain, seed.files)
