"""`python -m deploy.local.emulator --port P`: the emulator of SQS and DynamoDB (moto), without a log line a request.

It forgets everything when it stops; that is the drill the sweep is there for.
"""

import argparse
import logging
import signal
import sys
import threading
import time
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.sqs import models
from werkzeug.serving import run_simple

CLOCK = "unix_time_millis"  # of moto.sqs.models


class Handler(MotoRequestHandler):
    """Keeps connections open between requests, which moto's own server does not."""

    protocol_version = "HTTP/1.1"


class OneAtATime:
    """DynamoDB looks at a condition and writes in one step; moto in two, between which another thread may write."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application, self._turn = application, threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB"):
            return self._application(environ, start_response)
        with self._turn:
            return list(self._application(environ, start_response))


def now_ms() -> float:
    """Milliseconds since 1970."""
    return time.time() * 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.emulator")
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # moto asks for the time up to three times a message in the queue, at every call, and builds three datetimes each
    # time, so that a clock may be frozen in tests. Nobody freezes this one.
    setattr(models, CLOCK, now_ms)
    application = OneAtATime(DomainDispatcherApplication(create_backend_app))
    run_simple("127.0.0.1", port, application, threaded=True, request_handler=Handler)


if __name__ == "__main__":
    main()
