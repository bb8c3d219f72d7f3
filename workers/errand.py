"""What a message of the tier's queue asks for: read from the daemon's headers and the body, without any doing."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.domain.numbers import ORDER_NUMBER

TASK_NAME, SCHEDULED_AT, MESSAGE_ID = "X-Aws-Sqsd-Taskname", "X-Aws-Sqsd-Scheduled-At", "X-Aws-Sqsd-Msgid"
LONGEST_NAME, LONGEST_KEY = 40, 100  # characters: the columns of the table jobs
FIELDS = {"job", "id"}


class Unclear(Exception):
    """A message that asks for nothing we can read; says what is wrong, and quotes nothing of it.

    Args:
        order_number: of the order that the message is about, if it names one.
    """

    def __init__(self, reason: str, order_number: str | None = None) -> None:
        super().__init__(reason)
        self.order_number = order_number


@dataclass(frozen=True)
class Errand:
    """A job and its done-key. A handed-over one is stored and answered first, a scheduled one done first."""

    job: str
    done_key: str
    is_handed_over: bool = False


def read_errand(headers: Mapping[str, str], body: bytes) -> Errand:
    """What is asked for.

    The body of a scheduled message is the daemon's own and says nothing.

    Raises:
        Unclear: neither a scheduled job nor a body `{"job", "id"}`.
    """
    if TASK_NAME in headers:
        return Errand(_text(headers[TASK_NAME], LONGEST_NAME, "its task name"), _scheduled_key(headers))
    found = _json_object(body)
    if found.keys() != FIELDS:
        raise Unclear('its body is not {"job", "id"}')
    return Errand(_text(found["job"], LONGEST_NAME, "its job"), _id(found["id"]), is_handed_over=True)


def _scheduled_key(headers: Mapping[str, str]) -> str:
    """When the job was due, in UTC; a job that a person started by hand has no such time, and is done each time.

    A time of another shape is a key as good as any, as long as the daemon sends the same again.
    """
    moment = headers.get(SCHEDULED_AT)
    if moment is None:
        return _text(headers.get(MESSAGE_ID) or secrets.token_hex(16), LONGEST_KEY, "its message id")
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return _text(moment, LONGEST_KEY, "its scheduled time")
    known = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return known.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _json_object(body: bytes) -> dict[str, Any]:
    found = _json(body)
    _refuse_celery(found if isinstance(found, dict) else _json(_unwrapped(body)))
    if not isinstance(found, dict):
        raise Unclear("its body is no JSON object")
    return found


def _refuse_celery(found: object) -> None:
    """What Celery sends has headers and properties; here nobody could carry it out, and a 200 would delete it."""
    if isinstance(found, dict) and {"headers", "properties"} <= found.keys():
        headers = found["headers"]
        number = headers.get("order_number") if isinstance(headers, dict) else None
        is_number = isinstance(number, str) and ORDER_NUMBER.fullmatch(number)
        raise Unclear("a message of Celery belongs to a queue of the Celery workers", number if is_number else None)


def _json(text: bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _unwrapped(body: bytes) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        return b""


def _id(value: object) -> str:
    is_number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**20
    return _text(str(value) if is_number else value, LONGEST_KEY, "its id")


def _text(value: object, longest: int, what: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= longest or not value.isascii() or not value.isprintable():
        raise Unclear(f"{what} is not 1 to {longest} printable ASCII characters")
    return value
