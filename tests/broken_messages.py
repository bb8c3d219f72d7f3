"""Messages as no release of the shop has written them; most of them end kombu's own worker, or vanish unseen."""

import base64
import json
from collections.abc import Callable
from typing import Any

from shared.messages import ORDERS, Message, envelope

Change = Callable[[dict[str, Any]], object]


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def changed(change: Change) -> str:
    full: dict[str, Any] = json.loads(base64.b64decode(envelope(Message(ORDERS, "test.note", 1))))
    change(full)
    return base64_of(json.dumps(full))


def header(name: str, value: object) -> str:
    return changed(lambda full: full["headers"].update({name: value}))


BROKEN: dict[str, str] = {
    "plain text": "hello",
    "JSON of somebody else": json.dumps({"Type": "Notification"}),
    "a JSON list": base64_of("[]"),
    "very long": "x" * 200_000,
    "nested very deep": base64_of("[" * 50_000),
    "no properties": changed(lambda full: full.pop("properties")),
    "properties null": changed(lambda full: full.update(properties=None)),
    "properties a list": changed(lambda full: full.update(properties=[])),
    "no delivery info": changed(lambda full: full["properties"].update(delivery_info=None)),
    "unknown encoding of the body": changed(lambda full: full["properties"].update(body_encoding="rot13")),
    "headers a text": changed(lambda full: full.update(headers="x")),
    "no headers": changed(lambda full: full.pop("headers")),
    "task a list": header("task", ["x"]),
    "no task": changed(lambda full: full["headers"].pop("task")),
    "no id": changed(lambda full: full["headers"].pop("id")),
    "compressed": header("compression", "application/x-snappy"),
    "time limits that are texts": header("timelimit", ["x", "y"]),
    "one time limit": header("timelimit", [1]),
    "retries a text": header("retries", "x"),
    "an ETA": header("eta", "not a time"),
    "expired": header("expires", "2001-01-01T00:00:00+00:00"),
    "pickled": changed(lambda full: full.update({"content-type": "application/x-python-serialize"})),
    "no content type": changed(lambda full: full.pop("content-type")),
    "body not base64": changed(lambda full: full.update(body="{}")),
    "body no JSON": changed(lambda full: full.update(body=base64_of("{{"))),
    "body of the wrong shape": changed(lambda full: full.update(body=base64_of("{}"))),
    "arguments of the wrong shape": changed(lambda full: full.update(body=base64_of("[{}, [], {}]"))),
}
