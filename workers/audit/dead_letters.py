"""No message lies in a dead-letter queue."""

from shared.audit.gaps import Gap, Report, Unreadable
from shared.errors import Unavailable
from workers.audit.desk import Desk
from workers.operators.autopsy import examine
from workers.operators.dead_queues import DEAD, DeadQueues

KINDS = frozenset({"dead_message"})


async def check(desk: Desk, report: Report) -> None:
    queues = DeadQueues(desk.settings)
    try:
        depths = await queues.depths()
        report.checked["queues"] += len(queues.names)
        if any(depths[f"{name}{DEAD}"].visible + depths[f"{name}{DEAD}"].in_flight for name in queues.names):
            await _tell(desk, queues, report)
    except Unavailable as error:
        raise Unreadable(error.detail) from error
    finally:
        queues.close()


async def _tell(desk: Desk, queues: DeadQueues, report: Report) -> None:
    for message in await queues.messages():
        async with desk.database.writer() as connection:
            finding = await examine(connection, message)
        detail = f"{message.queue}{DEAD}: {finding.what}: {finding.why}"
        report.gaps.append(Gap("dead_message", f"{message.queue}/{message.id}", detail, finding.order_number))
