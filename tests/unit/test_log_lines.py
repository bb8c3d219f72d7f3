"""What a log line looks like, and that nothing typed can forge another one."""

import json
import logging
import sys
from typing import Any

import pytest

from shared import log
from shared.log import JsonFormatter
from shared.security_log import Event, address_mark, note


def line(message: str, **more: Any) -> str:
    record = logging.LogRecord("security", logging.INFO, "", 0, message, None, None)
    record.created = 1795590842.5  # 2026-11-25T07:14:02.5Z
    vars(record).update(more)
    return JsonFormatter("storefront-8001").format(record)


def test_a_line_says_when_in_utc_where_what_and_who() -> None:
    told = json.loads(line("signed in", ids={"request_id": "0011223344556677"}, facts={"user": 7}))

    assert told == {
        "at": "2026-11-25T07:14:02.500Z",
        "level": "info",
        "process": "storefront-8001",
        "logger": "security",
        "message": "signed in",
        "request_id": "0011223344556677",
        "user": 7,
    }


@pytest.mark.parametrize("breaking", ["\n", "\r\n", "\x1b[2K", '"}\n{"level": "info"'])
def test_nothing_typed_begins_a_line_of_its_own(breaking: str) -> None:
    written = line("what was typed: " + breaking, facts={"route": breaking})

    assert "\n" not in written
    assert "\x1b" not in written
    assert json.loads(written)["route"] == breaking


def test_lines_go_to_standard_output_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)

    log.configure("json", "storefront-8001")

    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    assert handler.stream is sys.stdout
    assert isinstance(handler.formatter, JsonFormatter)


def test_a_security_event_names_nobody_by_address(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "security"):
        note(Event.SIGN_IN_REFUSED, account=address_mark("Jana@Example.com "))

    (record,) = caplog.records
    assert (record.name, record.getMessage()) == ("security", "sign-in refused")
    assert vars(record)["facts"] == {"account": address_mark("jana@example.com")}
    assert "jana" not in line(record.getMessage(), facts=vars(record)["facts"]).lower()
