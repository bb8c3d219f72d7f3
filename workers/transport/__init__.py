"""Celery's SQS transport, safe to leave running: `broker_url = "hsqs://..."` once this package is imported.

kombu's own (`sqs://`) dies or goes deaf by one error answer, one silent connection, one reconnect, one foreign message
or one refused delete. Here no message and no answer of SQS stops the worker or its polling, no request waits for ever,
a message is deleted only after its task was done, and a message in hand stays invisible to others. Each is a test in
tests/faults/test_transport*.py. It needs `predefined_queues`, and a redrive policy on each queue.

Options besides kombu's, in `broker_transport_options`:
    first_retry_s: when a message that was not done is shown again; doubled each time, up to 900 s.
    on_refused: called as (queue, order_number or None, reason) when a message is refused for the first time.
"""

import kombu.transport

from workers.transport.channel import Channel
from workers.transport.envelope import Refused
from workers.transport.transport import Transport

__all__ = ["Channel", "Refused", "Transport"]

kombu.transport.TRANSPORT_ALIASES["hsqs"] = f"{__name__}:Transport"
