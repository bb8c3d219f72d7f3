"""What the terminal of `./shop run` shows."""

import io
import json

from deploy.local.terminal import Terminal, readable

LINE = {
    "at": "2026-03-01T12:30:05.123Z",
    "level": "warning",
    "process": "storefront-1",
    "logger": "storefront",
    "message": "order placed",
    "order_number": "K7QM-4X2D",
}


def test_a_json_line_is_shown_as_time_level_message_and_ids() -> None:
    assert readable(json.dumps(LINE)) == "12:30:05 warning order placed order_number=K7QM-4X2D"


def test_an_error_follows_on_its_own_lines() -> None:
    shown = readable(json.dumps({**LINE, "error": "Traceback\nValueError: no"}))

    assert shown.splitlines()[1:] == ["Traceback", "ValueError: no"]


def test_any_other_line_is_shown_as_it_is() -> None:
    for line in ("plain", "{broken", '{"no": "message"}', "[1]", ""):
        assert readable(line) == line


def test_every_line_is_prefixed_with_its_part_and_uncoloured_in_a_file() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream)

    terminal.show("redis", "Ready to accept connections")
    terminal.say("all parts stopped")
    terminal.close()

    assert stream.getvalue().splitlines() == [
        "redis            | Ready to accept connections",
        "shop             | all parts stopped",
    ]


def test_a_terminal_that_was_closed_stops_nothing() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream)
    stream.close()

    terminal.show("redis", "still here")
    terminal.close()
