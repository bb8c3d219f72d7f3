"""One event loop in each worker process, opened after the fork, so that tasks run the storefront's async code.

`asyncio.run` in each task would throw the loop away, and the connection pool with it.
"""

import asyncio
from collections.abc import Callable, Coroutine, Set
from contextvars import copy_context
from typing import Any, Generic, Protocol, TypeVar

LEFT_OVER_S = 2  # how long cancelled work may take to clean up
CLOSE_S = 5


class Closable(Protocol):
    async def close(self) -> None: ...


T = TypeVar("T")
Tools = TypeVar("Tools", bound=Closable)


class Runtime(Generic[Tools]):
    """The loop and the tools of one process; both are made when first needed, which is long after the fork.

    Args:
        open_tools: makes the tools, inside the loop; tried again at the next task if it fails.
    """

    def __init__(self, open_tools: Callable[[], Coroutine[Any, Any, Tools]]) -> None:
        self._open_tools = open_tools
        self._runner: asyncio.Runner | None = None
        self._tools: Tools | None = None

    @property
    def tools(self) -> Tools:
        if self._tools is None:
            self._tools = self.run(self._open_tools())
        return self._tools

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run one coroutine to its end, under the log ids of the caller.

        Celery's soft time limit is raised by a signal, past the coroutine, which would stay suspended and go on during
        the NEXT task: so whatever is left is cancelled first.
        """
        if self._runner is None:
            self._runner = asyncio.Runner()
        try:
            return self._runner.run(coroutine, context=copy_context())
        except BaseException:
            left = asyncio.all_tasks(self._runner.get_loop())
            if left:
                self._runner.run(_cancel(left))
            raise

    def close(self) -> None:
        """Close the tools and the loop; for the end of the process."""
        if self._runner is None:
            return
        if self._tools is not None:
            self._runner.run(asyncio.wait_for(self._tools.close(), CLOSE_S))
        self._runner.close()
        self._runner = self._tools = None


async def _cancel(tasks: Set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=LEFT_OVER_S)
