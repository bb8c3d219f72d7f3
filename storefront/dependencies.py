"""Looks at everything the storefront depends on, every few seconds, and keeps what /readyz and /metrics tell of it."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tornado.httpclient import AsyncHTTPClient

from shared.errors import ShopError
from shared.queries.gauges import mails_in_doubt, oldest_unsent_s, open_steps, ping

if TYPE_CHECKING:
    from storefront.shop import Shop

logger = logging.getLogger("storefront.dependencies")

EVERY_S = 3
LOOK_S = 2  # what takes longer to answer is sick

Look = Callable[["Shop"], Awaitable[object]]


async def _writer(shop: "Shop") -> None:
    async with shop.database.writer() as connection:
        await ping(connection)


async def _readers(shop: "Shop") -> None:
    async with shop.database.reader() as connection:
        await ping(connection)


async def _redis(shop: "Shop") -> None:
    await shop.redis.ping()


async def _sqs(shop: "Shop") -> None:
    for queue, depth in (await shop.queues.depths()).items():
        shop.metrics.queue_depth.labels(queue, "visible").set(depth.visible)
        shop.metrics.queue_depth.labels(queue, "in_flight").set(depth.in_flight)


async def _payment(shop: "Shop") -> None:
    """Any answer at all will do: what the provider thinks of an empty call does not matter here."""
    await AsyncHTTPClient().fetch(
        f"{shop.settings.payment_gateway}/operations?key=none",
        request_timeout=LOOK_S,
        connect_timeout=LOOK_S,
        follow_redirects=False,
        raise_error=False,
    )


async def _media(shop: "Shop") -> None:
    is_usable = await asyncio.to_thread(os.access, shop.settings.media_root, os.R_OK | os.X_OK)
    if not is_usable:
        raise OSError("the media folder cannot be read")


LOOKS: dict[str, Look] = {
    "writer": _writer,
    "readers": _readers,
    "redis": _redis,
    "sqs": _sqs,
    "payment": _payment,
    "media": _media,
}


async def watch_dependencies(shop: "Shop") -> None:
    """Look at everything for ever; the first round is what readiness waits for."""
    while True:
        await look_at_all(shop)
        shop.readiness.started = True
        await refresh_gauges(shop)
        await asyncio.sleep(EVERY_S)


async def look_at_all(shop: "Shop") -> None:
    await asyncio.gather(*(_look(shop, name, look) for name, look in LOOKS.items()))


async def _look(shop: "Shop", name: str, look: Look) -> None:
    try:
        async with asyncio.timeout(LOOK_S):
            await look(shop)
        is_well = True
    except Exception:  # whatever it is, this dependency cannot be used just now
        is_well = False
    if shop.readiness.note(name, is_well):
        logger.warning("%s is %s", name, "well" if is_well else "sick")
    shop.metrics.dependency_well.labels(name).set(is_well)


async def refresh_gauges(shop: "Shop") -> None:
    """Ask the database what /metrics tells, so that no scrape waits for it; while it is away, the last values stay."""
    try:
        async with shop.database.reader() as connection:
            age_s, counts = await oldest_unsent_s(connection), await open_steps(connection)
            unsure, sent_again = await mails_in_doubt(connection)
    except ShopError:
        return
    shop.metrics.outbox_age_s.set(age_s)
    shop.metrics.mails_unsure.set(unsure)
    shop.metrics.mails_sent_again.set(sent_again)
    shop.metrics.steps.clear()
    for (step, state), count in counts.items():
        shop.metrics.steps.labels(step, state).set(count)
