"""Short answers in plain text, for machines on this host."""

from dataclasses import dataclass
from typing import Any

from tornado.web import RequestHandler

from workers.job_desk import JobDesk
from workers.tools import Tools


@dataclass
class State:
    """What the handlers share: what they work with, and whether this process still wants work."""

    tools: Tools
    desk: JobDesk
    ready: bool = True


class PlainHandler(RequestHandler):
    """Answers without a body of Tornado's."""

    def initialize(self, state: State) -> None:
        self.state = state

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Cache-Control", "no-store")

    def write_error(self, status_code: int, **_: Any) -> None:
        self.finish(f"{status_code}\n")

    def say(self, status: int, text: str) -> None:
        self.set_status(status)
        self.finish(f"{text}\n")
