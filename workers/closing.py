"""The job `close-day`: invoices that are overdue are reminded of, three times at most."""

from shared.queries.closing import owing_since
from shared.services.closing import remind
from workers.tools import Tools

BATCH = 200
AFTER_DUE_DAYS = (3, 14, 28)  # the reminders, in days after the due date


async def close_day(tools: Tools) -> int:
    """Write the reminders that are due, and return how many; one a day and order at most."""
    days = [tools.settings.invoice_due_days + after for after in AFTER_DUE_DAYS]
    count, after_id = 0, 0
    while True:
        async with tools.database.writer() as connection:
            owing = await owing_since(connection, days, after_id, BATCH)
        for order_id, reminder in owing:
            messages = await remind(tools.database, order_id, reminder)
            await tools.announce(messages)
            count += len(messages)
        if len(owing) < BATCH:
            return count
        after_id = owing[-1][0]
