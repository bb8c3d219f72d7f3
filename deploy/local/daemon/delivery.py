"""One message, posted to the worker's door as the real daemon posts it: 200 deletes, anything else shows it again."""

import http.client
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from deploy.local.daemon.sqs import Message, Queue, SqsFault
from deploy.local.daemon.timekeeper import NAME, PATH, SCHEDULED

logger = logging.getLogger(__name__)

RETRY_S = 0.1  # between two tries to connect
OF_CRON = {NAME: "X-Aws-Sqsd-Taskname", PATH: "X-Aws-Sqsd-Path", SCHEDULED: "X-Aws-Sqsd-Scheduled-At"}


@dataclass(frozen=True, kw_only=True)
class Door:
    """Where messages go: URL and content type; how long to try to connect, and to wait for the answer."""

    url: str
    content_type: str = "application/json"
    connect_s: float = 5
    inactivity_s: float = 50


def deliver(message: Message, queue: Queue, door: Door, error_visibility_s: int) -> None:
    """Post a message, and delete it or show it again after error_visibility_s; never raises."""
    why = _fault(message, queue, door)
    try:
        if why is None:
            queue.delete(message)
        else:
            logger.warning("message %s comes again: %s", message.id, why)
            queue.show_after(message, error_visibility_s)
    except SqsFault as fault:  # it comes again after its visibility time-out, and was done once
        logger.warning("message %s was posted, but not answered for: %s", message.id, fault)


def headers_of(message: Message, queue_name: str) -> dict[str, str]:
    """What the daemon tells of a message; what cannot be a header is left out."""
    return {name: value for name, value in _told(message, queue_name) if value.isascii() and value.isprintable()}


def _told(message: Message, queue_name: str) -> Iterator[tuple[str, str]]:
    yield "User-Agent", "aws-sqsd/3.0 (the local stand-in)"
    yield "X-Aws-Sqsd-Msgid", message.id
    yield "X-Aws-Sqsd-Queue", queue_name
    yield "X-Aws-Sqsd-First-Received-At", _iso(message.system.get("ApproximateFirstReceiveTimestamp", "0"))
    yield "X-Aws-Sqsd-Receive-Count", message.system.get("ApproximateReceiveCount", "1")
    yield "X-Aws-Sqsd-Sender-Id", message.system.get("SenderId", "")
    for name, value in message.attributes.items():
        yield OF_CRON.get(name, f"X-Aws-Sqsd-Attr-{name}"), value


def _fault(message: Message, queue: Queue, door: Door) -> str | None:
    """Post a message; what was wrong, or None after a 200."""
    target = urlsplit(door.url)
    headers = {"Content-Type": door.content_type, **headers_of(message, queue.name)}
    connection = http.client.HTTPConnection(target.netloc, timeout=door.connect_s)
    try:
        _connect(connection, door)
        connection.request("POST", message.attributes.get(PATH) or target.path or "/", message.body.encode(), headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"{type(error).__name__} {error}"
    finally:
        connection.close()
    return None if status == http.client.OK else f"answered {status}"


def _connect(connection: http.client.HTTPConnection, door: Door) -> None:
    """A worker that is just being started again has this long; then the answer has inactivity_s."""
    deadline = time.monotonic() + door.connect_s
    while True:
        try:
            connection.connect()
            break
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(RETRY_S)
    connection.sock.settimeout(door.inactivity_s)


def _iso(milliseconds: str) -> str:
    moment = datetime.fromtimestamp(int(milliseconds) / 1000 if milliseconds.isdigit() else 0, UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
