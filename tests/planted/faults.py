"""Faults that a load run must find: each changes the shop's code as it is loaded, and is never shipped."""

from collections.abc import Mapping

from tests.faults.guards import GUARDS, Change

OUTBOX_OFF, RECEIPT_TWICE = "outbox off", "receipt sent twice"

PLANTED: Mapping[str, tuple[Change, ...]] = {
    OUTBOX_OFF: (
        Change("shared.queue", "self._waiting.extend(messages)", "_tell_of_loss(messages, 'planted')"),
        GUARDS["outbox"],
    ),
    RECEIPT_TWICE: (
        Change(
            "workers.mail_steps",
            "    reply = await _hand_over(tools, mail, order, sending)\n",
            "    await _hand_over(tools, mail, order, sending)\n"
            "    reply = await _hand_over(tools, mail, order, sending)\n",
        ),
    ),
}
