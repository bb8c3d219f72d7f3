"""Faults that a load run must find: each changes the shop's code as it is loaded, and is never shipped."""

from collections.abc import Mapping

from tests.faults.guards import GUARDS, Change

OUTBOX_OFF, RECEIPT_TWICE = "outbox off", "receipt sent twice"
CHARGED_TWICE, ALL_REFUSED = "charged twice", "every order refused"

PLANTED: Mapping[str, tuple[Change, ...]] = {
    OUTBOX_OFF: (
        Change("shared.queue", "self._waiting.extend(messages)", "_tell_of_loss(messages, 'planted')"),
        GUARDS["outbox"],
    ),
    CHARGED_TWICE: (
        Change(
            "workers.payment_step",
            "    if first_time:\n        return await cards.authorize(",
            "    await cards.authorize(charge_of(order, f'{key}:again'), attempt.token)\n"
            "    if first_time:\n        return await cards.authorize(",
        ),
    ),
    ALL_REFUSED: (Change("shared.services.checkout", "if cart.revision != request.cart_revision:", "if True:"),),
    RECEIPT_TWICE: (
        Change(
            "workers.mail_steps",
            "    reply = await _hand_over(tools, mail, order, sending)\n",
            "    await _hand_over(tools, mail, order, sending)\n"
            "    reply = await _hand_over(tools, mail, order, sending)\n",
        ),
    ),
}
