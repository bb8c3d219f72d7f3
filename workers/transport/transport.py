"""The transport, which survives a lost connection."""

from typing import Any

from kombu.asynchronous import set_event_loop
from kombu.transport import SQS

from workers.transport.channel import Channel


class Transport(SQS.Transport):
    Channel = Channel

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:  # noqa: ARG002 (Celery passes both)
        """Put the event loop back: after a lost connection kombu has forgotten it, and the new channel would be deaf.

        Celery calls this at each connect, before it makes the channel.
        """
        set_event_loop(loop)
        for channel in self.channels:
            channel.hub = loop
