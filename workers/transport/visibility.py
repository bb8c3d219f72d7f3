# mypy: allow-untyped-calls
"""Who sees a message that this process holds: nobody while it works on it, everybody at once when it gives it back."""

import logging
from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workers.transport.channel import Channel

logger = logging.getLogger(__name__)

FIRST_RETRY_S = 5
LONGEST_RETRY_S = 900


def retry_after_s(first_s: float, received: int) -> int:
    """Later and later, until the redrive policy takes the message out: 5, 10, 20 … 900 s."""
    return min(LONGEST_RETRY_S, round(first_s * 2.0 ** min(max(received, 1) - 1, 10)))


def received_times(message: Mapping[str, Any]) -> int:
    """How often SQS has handed this message out, as it says itself."""
    return int(message.get("Attributes", {}).get("ApproximateReceiveCount", 1))


class Visibility:
    def __init__(self, channel: "Channel") -> None:
        self._channel = channel

    def extend_all(self) -> None:
        """As long as this process lives, what it holds is not given to another; task_time_limit is the upper bound.

        This covers what runs and what waits, needs no thread in the children, and ends with this process.
        """
        for tag, message in self._channel.in_hand().items():
            self.change_soon(message.delivery_info, tag, self._channel.visibility_timeout)

    def change_soon(self, info: Mapping[str, Any], tag: str, seconds: int) -> None:
        """Change it through the event loop; when that fails, the present time-out stays."""
        try:
            queue = SimpleNamespace(id=info["sqs_queue"])
            self._channel.asynsqs(info["routing_key"]).change_message_visibility(queue, tag, seconds)
        except Exception as error:  # e.g. the role's credentials cannot be read just now
            logger.warning("the visibility of a message was not changed: %s", error)

    def show_now(self, info: Mapping[str, Any], tag: str) -> None:
        """Give it back at once; blocks, as the event loop has ended when a process stops."""
        try:
            self._channel.sqs(info["routing_key"]).change_message_visibility(
                QueueUrl=info["sqs_queue"], ReceiptHandle=tag, VisibilityTimeout=0
            )
        except Exception as error:
            logger.warning("a message comes back only after its visibility time-out: %s", error)
