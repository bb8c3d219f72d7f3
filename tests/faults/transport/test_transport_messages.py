"""Messages that nobody can read stop nobody, are told of once, and end in the dead-letter queue."""

import base64
import json
from typing import Any

from shared.messages import ORDERS, Message, envelope
from tests.broken_messages import BROKEN
from tests.faults.transport.stand import Stand
from tests.waiting import until


async def test_broken_messages_end_in_the_dead_letter_queue_and_good_ones_are_done(steady: Stand) -> None:
    dead, refused = steady.waiting(steady.dead), len(steady.notes("refused"))
    for text in BROKEN.values():
        steady.send_text(text)
    steady.send("test.note", 21)

    await until(lambda: "21" in steady.notes("done"))
    await until(lambda: steady.waiting(steady.dead) == dead + len(BROKEN))

    assert len(steady.notes("refused")) == refused + len(BROKEN)


async def test_a_task_of_a_newer_release_is_refused_with_the_number_of_its_order_and_not_lost(steady: Stand) -> None:
    steady.send("orders.of-tomorrow", 22, order_number="K7QM-4X2D")

    await until(lambda: "orders K7QM-4X2D no such task here" in steady.notes("refused"))

    assert steady.waiting(steady.queue) == 1


async def test_a_message_with_a_wrong_routing_key_is_done_where_it_arrived(steady: Stand) -> None:
    full: dict[str, Any] = json.loads(base64.b64decode(envelope(Message(ORDERS, "test.note", 23))))
    full["properties"]["delivery_info"] = {"exchange": "elsewhere", "routing_key": "nowhere"}

    steady.send_text(base64.b64encode(json.dumps(full).encode()).decode())

    await until(lambda: "23" in steady.notes("done"))
