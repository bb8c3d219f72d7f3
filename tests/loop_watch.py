"""Watches what the callbacks of the event loop cost: one that computes for long keeps every shopper waiting."""

import asyncio
import gc
import time
from asyncio import Handle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from tests.web.browser import Answer, Browser

MOST_MS = 50  # CPU time of the loop's thread, so that a busy machine changes nothing
NOWHERE = "/no-such-page"


@dataclass
class LoopWatch:
    """The callbacks that took longer than MOST_MS; `during` says what is being asked for."""

    during: str = ""
    too_long: list[str] = field(default_factory=list)

    def note(self, handle: Handle, spent_ms: float) -> None:
        if spent_ms > MOST_MS:
            self.too_long.append(f"{spent_ms:.0f} ms during {self.during}: {_callback_of(handle)}")


def _callback_of(handle: Handle) -> str:
    """The task whose step this was, which names its coroutine, or else the callback itself."""
    callback = getattr(handle, "_callback", None)
    owner = getattr(callback, "__self__", None)
    return repr(owner if isinstance(owner, asyncio.Task) else callback)


@dataclass
class Visitor(Browser):
    """A browser that tells the watch where it is, and remembers where it was."""

    watch: LoopWatch = field(default_factory=LoopWatch)
    seen: set[str] = field(default_factory=set)

    async def ask(
        self, method: str, path: str, body: bytes | str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        self.watch.during = f"{method} {path}"
        self.seen.add(path.partition("?")[0])
        answer = await super().ask(method, path, body, headers)
        is_fine = answer.status in (200, 201, 204, 303) or path == NOWHERE or _is_refusal(path, answer)
        assert is_fine, (self.watch.during, answer.text)
        return answer


REFUSED = {(409, "return"), (404, "again"), (410, "verify"), (410, "reset"), (410, "confirm")}


def _is_refusal(path: str, answer: Answer) -> bool:
    """What is refused as it should be: nothing has arrived that could go back, a link without its secret, not ours."""
    return (answer.status, path.rpartition("/")[2]) in REFUSED


@contextmanager
def watched_loop() -> Iterator[LoopWatch]:
    """Measure every callback that runs inside; garbage that earlier tests left is not collected at its cost."""
    watch, run = LoopWatch(), Handle._run

    def measured(handle: Handle) -> None:
        before = time.thread_time()
        try:
            run(handle)
        finally:
            watch.note(handle, 1000 * (time.thread_time() - before))

    gc.collect()
    gc.freeze()
    try:
        with patch.object(Handle, "_run", measured):
            yield watch
    finally:
        gc.unfreeze()
