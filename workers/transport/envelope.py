"""What a message must look like, checked before kombu and Celery see it: they crash on it, or delete it unseen."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from shared.domain.numbers import ORDER_NUMBER


class Refused(Exception):
    """A message that no release of the shop has written; says what is wrong, and quotes nothing of it."""


def check_envelope(text: str) -> str:
    """Return the name of its task, or raise Refused for what cannot become a task."""
    envelope = _read(text)
    headers, properties = envelope.get("headers"), envelope.get("properties")
    if not isinstance(headers, dict) or not isinstance(properties, dict):
        raise Refused("it has no headers or no properties")
    if not isinstance(properties.get("delivery_info"), dict) or properties.get("body_encoding") != "base64":
        raise Refused("its properties are wrong")
    if (envelope.get("content-type"), envelope.get("content-encoding")) != ("application/json", "utf-8"):
        raise Refused("it is no JSON in UTF-8")
    _check_headers(headers)
    _check_body(envelope.get("body"))
    return str(headers["task"])


def order_number_in(text: str) -> str | None:
    """The order's number in the headers of a message, however broken the rest of it is."""
    try:
        headers = _read(text).get("headers")
    except Refused:
        return None
    number = headers.get("order_number") if isinstance(headers, dict) else None
    return number if isinstance(number, str) and ORDER_NUMBER.fullmatch(number) else None


def _read(text: str) -> Mapping[str, Any]:
    found = _decoded(text, "it is no message of Celery")
    if not isinstance(found, dict):
        raise Refused("it is no message of Celery")
    return found


def _check_headers(headers: Mapping[str, Any]) -> None:
    if not isinstance(headers.get("task"), str) or not isinstance(headers.get("id"), str):
        raise Refused("it names no task or has no id")
    if headers.get("compression"):
        raise Refused("it is compressed")
    limits = headers.get("timelimit") or (None, None)
    if not isinstance(limits, list | tuple) or len(limits) != 2 or not all(map(_is_number_or_none, limits)):
        raise Refused("its time limits are wrong")
    if not _is_number_or_none(headers.get("retries")):
        raise Refused("its count of retries is wrong")
    if headers.get("eta") or headers.get("expires"):  # expired ones would be deleted unseen; ours carry neither
        raise Refused("it carries times of its own")


def _is_number_or_none(value: object) -> bool:
    return value is None or isinstance(value, int | float)


def _check_body(body: object) -> None:
    found = _decoded(body, "its body cannot be read")
    if not isinstance(found, list) or len(found) != 3:
        raise Refused("its body has the wrong shape")
    args, kwargs, embedded = found
    if not isinstance(args, list) or not isinstance(kwargs, dict) or not isinstance(embedded, dict):
        raise Refused("its arguments have the wrong shape")


def _decoded(text: object, fault: str) -> object:
    try:
        return json.loads(base64.b64decode(text, validate=True))  # type: ignore[arg-type]
    except (ValueError, TypeError, RecursionError) as error:
        raise Refused(fault) from error
