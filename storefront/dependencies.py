"""What the storefront depends on. Each has its circuit, which its callers keep up to date; silent ones are asked."""

import asyncio
from typing import TYPE_CHECKING

from shared.db import Database
from shared.errors import ShopError
from shared.gateway import CardGateway
from shared.media import Media
from shared.queries.gauges import mails_in_doubt, oldest_unsent_s, open_steps, overdue_steps
from shared.redis_client import WatchedRedis
from shared.sqs import Queues
from storefront.readiness import Dependencies

if TYPE_CHECKING:
    from storefront.shop import Shop

EVERY_S = 3
LOOK_EVERY_S = 1.0
SILENT_S = 1.5  # unheard of for so long, it is asked: so nothing stays unnoticed for much longer than EVERY_S


def watched(database: Database, redis: WatchedRedis, queues: Queues, cards: CardGateway, media: Media) -> Dependencies:
    """The circuits of everything, by the names that /readyz tells; from now on they know."""
    dependencies = {
        "writer": [database.writer_server.circuit],
        "readers": database.readers.circuits,
        "redis": [redis.circuit],
        "sqs": [queues.circuit],
        "payment": [cards.circuit],
        "media": [media.circuit],
    }
    for circuits in dependencies.values():
        for circuit in circuits:
            circuit.watch()
    return dependencies


async def watch_dependencies(shop: "Shop") -> None:
    """For ever: measure what the metrics tell, and ask those of whom nobody has heard."""
    while True:
        await refresh_gauges(shop)
        for circuit in shop.readiness.circuits:
            if circuit.is_silent(SILENT_S):
                circuit.doubt()
        await asyncio.sleep(EVERY_S)


async def watch_readers(database: Database) -> None:
    """For ever: see how far the readers are, and which server is the writer."""
    while True:
        await database.readers.look()
        await asyncio.sleep(LOOK_EVERY_S)


async def look_at_all(shop: "Shop") -> None:
    """Ask every dependency once; those that do not answer are asked on."""
    circuits = shop.readiness.circuits
    await asyncio.gather(*(circuit.look() for circuit in circuits))
    await shop.database.readers.look()
    for circuit in circuits:
        if not circuit.is_well:
            circuit.doubt()


async def refresh_gauges(shop: "Shop") -> None:
    """Ask for what /metrics tells, so that no scrape waits for it; of what is away, the last values stay."""
    await asyncio.gather(_measure_pipeline(shop), _measure_queues(shop))


async def _measure_queues(shop: "Shop") -> None:
    try:
        depths = await shop.queues.depths()
    except Exception:  # of botocore or of the way to SQS: its circuit knows
        return
    for queue, depth in depths.items():
        shop.metrics.queue_depth.labels(queue, "visible").set(depth.visible)
        shop.metrics.queue_depth.labels(queue, "in_flight").set(depth.in_flight)


async def _measure_pipeline(shop: "Shop") -> None:
    try:
        async with shop.database.reader() as connection:
            age_s, counts = await oldest_unsent_s(connection), await open_steps(connection)
            overdue = await overdue_steps(connection)
            unsure, sent_again = await mails_in_doubt(connection)
    except ShopError:
        return
    shop.metrics.outbox_age_s.set(age_s)
    shop.metrics.steps_overdue.set(overdue)
    shop.metrics.mails_unsure.set(unsure)
    shop.metrics.mails_sent_again.set(sent_again)
    shop.metrics.steps.clear()
    for (step, state), count in counts.items():
        shop.metrics.steps.labels(step, state).set(count)
