"""The job `expire`: card orders that were left unpaid end, and their pieces can be sold again."""

import logging

from shared import log
from shared.gateway import PaymentRefused, PaymentUnsure
from shared.queries.closing import unpaid_and_late
from shared.queries.orders import order_by_id
from shared.queries.steps import wake
from shared.services.closing import expire
from shared.services.payments import STEP, charge_key
from workers.tools import Tools

logger = logging.getLogger(__name__)

BATCH = 100


async def expire_orders(tools: Tools) -> int:
    """Expire what is late, oldest first, and return how many did. The provider is asked first, outside any lock."""
    count, after_id = 0, 0
    while True:
        async with tools.database.writer() as connection:
            late = await unpaid_and_late(connection, after_id, BATCH)
        for order_id in late:
            count += await _expire(tools, order_id)
        if len(late) < BATCH:
            return count
        after_id = late[-1]


async def _expire(tools: Tools, order_id: int) -> bool:
    try:
        if await _is_paid_after_all(tools, order_id):
            return False
    except (PaymentUnsure, PaymentRefused) as error:
        logger.info("an order cannot expire while the provider does not say whether it was paid: %s", error)
        return False
    messages = await expire(tools.database, order_id)
    await tools.announce(messages)
    return bool(messages)


async def _is_paid_after_all(tools: Tools, order_id: int) -> bool:
    """Ask for every open attempt; one that was paid wakes the payment step, whose callback must have been lost."""
    async with tools.database.writer() as connection:
        order = await order_by_id(connection, order_id)
    for attempt in order.payments:
        if attempt.method == "card" and attempt.failed_at is None and (attempt.token or attempt.checkout_url):
            found = await tools.gateways["card"].look_up(charge_key(order, attempt))
            if found is not None and found.status == "authorized":
                with log.bind(order_number=order.number):
                    logger.warning("an order that was to expire is paid")
                async with tools.database.writer() as connection:
                    message = await wake(connection, order_id, STEP)
                await tools.announce([message] if message else [])
                return True
    return False
