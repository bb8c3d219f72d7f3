"""Messages that cannot become a task: said once, with the order's number, so that its order can be looked after."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from shared import log
from workers.transport.envelope import Refused, check_envelope, order_number_in
from workers.transport.visibility import received_times

logger = logging.getLogger(__name__)

OnRefused = Callable[[str, str | None, str], None]


class Refusals:
    """What is accepted, and who is told of the rest.

    Args:
        options: `knows` and `on_refused` of the transport's options.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._knows: Callable[[str], bool] = options.get("knows", lambda _: True)
        self._on_refused: OnRefused = options.get("on_refused", lambda *_: None)

    def check(self, text: str) -> None:
        """Raise Refused unless this is a message for a task that we know."""
        if not self._knows(check_envelope(text)):
            raise Refused("no such task here")  # sent by a newer release, perhaps: it comes again

    def note(self, message: Mapping[str, Any], queue: str, error: Exception) -> None:
        """Tell of a message that was not accepted, the first time it comes."""
        if received_times(message) > 1:
            return
        reason = str(error) if isinstance(error, Refused) else f"it broke its reception: {type(error).__name__}"
        order_number = order_number_in(message["Body"])
        with log.bind(order_number=order_number):
            logger.warning("message %s on the queue %s is refused: %s", message.get("MessageId"), queue, reason)
        try:
            self._on_refused(queue, order_number, reason)
        except Exception:
            logger.exception("the refusal was not noted on order %s", order_number)
