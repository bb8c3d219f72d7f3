# mypy: allow-untyped-calls
"""How the processes of a worker end."""

from types import SimpleNamespace
from typing import Any

import billiard.pool
import pytest

from workers.serving import serve


class Stopped:
    """An application whose worker has been asked to stop before it began."""

    def Worker(self, **_: Any) -> SimpleNamespace:  # noqa: N802 (Celery's name)
        return SimpleNamespace(start=lambda: None, exitcode=0)


def test_a_child_that_ends_waits_for_two_seconds_at_most_until_its_results_were_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(billiard.pool, "GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT", 300)
    monkeypatch.setattr(billiard.pool, "time", SimpleNamespace(sleep=pauses.append))
    serve(Stopped(), SimpleNamespace(close=lambda: None), "orders")  # type: ignore[arg-type]
    child = billiard.pool.Worker.__new__(billiard.pool.Worker)
    child.on_ready_counter = SimpleNamespace(value=0)

    child._ensure_messages_consumed(completed=1)

    assert sum(pauses) == pytest.approx(2)
