# mypy: allow-untyped-calls
"""Requests of the worker's event loop: each ends in time, and a fault is an empty answer, never an exception."""

import logging
from collections.abc import Callable
from typing import Any

import pycurl
from kombu.asynchronous.aws.connection import AsyncHTTPSConnection
from kombu.asynchronous.aws.sqs.connection import AsyncSQSConnection

logger = logging.getLogger(__name__)

CONNECT_S = 3
OK = 200


class TimedConnection(AsyncHTTPSConnection):
    """kombu works a time-out out and never hands it to curl: a connection that falls silent would stop its queue."""

    def getrequest(self) -> Any:
        request = super().getrequest()
        request.on_prepare = self._limit
        return request

    def _limit(self, curl: Any) -> None:
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, CONNECT_S * 1000)
        curl.setopt(pycurl.TIMEOUT_MS, int(self.timeout * 1000))


class Poller(AsyncSQSConnection):
    """The event loop's requests for one queue.

    Args:
        answer_s: time-out of a request; longer than SQS waits for a message.
    Attributes:
        failures: polls that failed in a row.
    """

    def __init__(self, answer_s: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._answer_s = answer_s
        self.failures = 0

    def get_http_connection(self) -> TimedConnection:
        return TimedConnection(timeout=self._answer_s, http_client=self._httpclient)

    def _on_list_ready(self, *args: Any) -> Any:
        answer = _calmly(super()._on_list_ready, *args)
        self.failures = self.failures + 1 if answer is None else 0
        return answer or {}

    def _on_status_ready(self, *args: Any) -> Any:
        return _calmly(super()._on_status_ready, *args)


def _calmly(parse: Callable[..., Any], *args: Any) -> Any:
    """What SQS answered, or None if it refused, broke, or was not there."""
    operation, response = args[-2:]
    try:
        if response.status == OK:
            return parse(*args)
        why = response.reason or (response.read() or b"")[:200].decode(errors="replace")
        logger.warning("%s failed: HTTP %s %s", operation, response.status, why)
    except Exception as error:
        logger.warning("%s was answered with something unreadable: %s", operation, type(error).__name__)
    return None
