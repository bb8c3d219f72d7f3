"""One event loop in each worker process, opened after the fork, so that tasks run the storefront's async code.

`asyncio.run` in each task would throw the loop away, and the connection pool with it.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from shared.settings import Settings
from workers.tools import Tools, open_tools

T = TypeVar("T")

LEFT_OVER_S = 2  # how long cancelled work may take to clean up


class Runtime:
    """The loop and the tools of one process; both are made at the first task, when the fork is long past."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._runner: asyncio.Runner | None = None
        self._tools: Tools | None = None

    @property
    def tools(self) -> Tools:
        if self._tools is None:
            self._tools = self.run(open_tools(self._settings))
        return self._tools

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run one coroutine to its end.

        Celery's soft time limit is raised by a signal, past the coroutine, which would stay suspended and go on during
        the NEXT task: so whatever is left is cancelled first.
        """
        if self._runner is None:
            self._runner = asyncio.Runner()
        try:
            return self._runner.run(coroutine)
        except BaseException:
            self._cancel_leftovers(self._runner)
            raise

    def _cancel_leftovers(self, runner: asyncio.Runner) -> None:
        left = asyncio.all_tasks(runner.get_loop())
        for task in left:
            task.cancel()
        if left:
            runner.run(asyncio.wait(left, timeout=LEFT_OVER_S))  # type: ignore[arg-type]

    def close(self) -> None:
        if self._runner is None:
            return
        if self._tools is not None:
            self._runner.run(self._tools.close())
        self._runner.close()
        self._runner = None
