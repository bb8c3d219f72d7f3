"""Requests of the worker's event loop: each ends in time, and none of them raises."""

import logging
from collections.abc import Callable
from typing import Any

import pycurl
from kombu.asynchronous.aws.connection import AsyncHTTPSConnection
from kombu.asynchronous.aws.sqs.connection import AsyncSQSConnection

logger = logging.getLogger(__name__)

CONNECT_S = 3
OK = 200


class TimedConnection(AsyncHTTPSConnection):  # type: ignore[misc]
    """kombu computes a time-out and never hands it to curl, so a silent connection would last for ever."""

    def getrequest(self) -> Any:
        request = super().getrequest()
        request.on_prepare = self._limit
        return request

    def _limit(self, curl: Any) -> None:
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, CONNECT_S * 1000)
        curl.setopt(pycurl.TIMEOUT_MS, int(self.timeout * 1000))


class Poller(AsyncSQSConnection):  # type: ignore[misc]
    """An error answer is an empty answer, logged and counted, never an exception in the worker's event loop.

    Args:
        answer_s: the time-out of a request; longer than SQS waits for a message.
    """

    def __init__(self, answer_s: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._answer_s = answer_s
        self.failures = 0  # polls in a row

    def get_http_connection(self) -> TimedConnection:
        return TimedConnection(timeout=self._answer_s, http_client=self._httpclient)

    def _on_list_ready(self, parent: Any, markers: Any, operation: str, response: Any) -> Any:
        answer = self._calm(operation, response, lambda: super(Poller, self)._on_list_ready(parent, markers, operation, response))
        self.failures = 0 if answer is not None else self.failures + 1
        return answer or {}

    def _on_status_ready(self, parent: Any, operation: str, response: Any) -> Any:
        return self._calm(operation, response, lambda: super(Poller, self)._on_status_ready(parent, operation, response))

    def _calm(self, operation: str, response: Any, parse: Callable[[], Any]) -> Any:
        """What SQS answered, or None if it refused, broke, or was not there."""
        try:
            if response.status == OK:
                return parse()
            why = response.reason or (response.read() or b"")[:200].decode(errors="replace")
            logger.warning("%s failed: HTTP %s %s", operation, response.status, why)
        except Exception as error:
            logger.warning("%s was answered with something unreadable: %s", operation, type(error).__name__)
        return None
