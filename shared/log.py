"""Log lines of both tiers: JSON, one line an event, with the ids that let one grep follow an order through both tiers.

No personal data and no secrets: messages name ids only. Newlines inside a line are escaped by JSON.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

IDS = ("request_id", "order_number", "task_id")
_bound: ContextVar[dict[str, str]] = ContextVar("bound", default={})  # noqa: B039 (never changed in place)


@contextmanager
def bind(**ids: str | None) -> Iterator[None]:
    """Put ids on every line that is logged inside; None leaves an id as it was."""
    token = _bound.set({**_bound.get(), **{name: value for name, value in ids.items() if value}})
    try:
        yield
    finally:
        _bound.reset(token)


def note(**ids: str) -> None:
    """Put ids on every later line of this request or task, e.g. the order's number once it is known."""
    _bound.set({**_bound.get(), **ids})


def bound(name: str) -> str | None:
    return _bound.get().get(name)


class _AddIds(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.ids = _bound.get()
        return True


class JsonFormatter(logging.Formatter):
    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "ids", {}),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """For a person at a terminal: time, level, message, ids."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        ids = {**getattr(record, "ids", {}), **getattr(record, "facts", {})}
        tail = " ".join(f"{name}={value}" for name, value in ids.items())
        text = f"{moment} {record.levelname.lower():<7} {record.getMessage()} {tail}".rstrip()
        if record.exc_info and record.exc_info[0]:
            text += "\n" + "".join(traceback.format_exception(*record.exc_info))
        return text


def configure(log_format: str, process: str, level: int = logging.INFO) -> None:
    """Send every logger of this process to standard output, as JSON or text."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # no line tells them
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(process) if log_format == "json" else TextFormatter())
    handler.addFilter(_AddIds())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("botocore", "boto3", "urllib3", "asyncio", "kombu", "aiosqlite", "alembic.runtime.plugins"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
