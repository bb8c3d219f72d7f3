"""Celery's SQS transport, safe to leave running: import this package, then use a broker URL `hsqs://…`.

kombu's own transport stops for good on what happens every day: an error answer, a silent connection, a lost and
regained connection, a message that nobody can read, a refused delete. This one keeps four promises: no message and no
answer of SQS stops the worker or its polling; no request waits for ever; a message is deleted only after its task was
done; a message in hand stays invisible to others. It needs `predefined_queues`, and a redrive policy on each queue.

Options besides kombu's, in `broker_transport_options`:
    first_retry_s: when a message that was not done is shown again; doubled each time, up to 900 s.
    knows: tells whether a task of that name can be carried out here; without it every name passes.
    on_refused: called as (queue, order_number or None, reason) when a message is refused for the first time.
"""

import kombu.transport

from workers.transport.channel import Channel
from workers.transport.transport import Transport

__all__ = ["Channel", "Transport"]

kombu.transport.TRANSPORT_ALIASES["hsqs"] = "workers.transport:Transport"
