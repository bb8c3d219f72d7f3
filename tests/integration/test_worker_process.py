"""`python -m workers QUEUE` as a process: how it starts, and how it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.backing import BackingServices
from tests.environments import bare_environment
from tests.waiting import PATIENCE_S, wait_until


def run(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workers", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def test_bad_settings_are_one_line_that_names_them_all() -> None:
    found = run("orders", environment=bare_environment(VISIBILITY_S="soon"))

    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert "VISIBILITY_S is not a whole number" in found.stderr
    assert "ORDERS_QUEUE_URL is not set" in found.stderr
    assert "soon" not in found.stderr


@pytest.mark.parametrize("arguments", [(), ("orders-dead",), ("jobs",), ("orders", "media")])
def test_what_is_no_queue_of_the_workers_is_a_fault_of_usage(arguments: tuple[str, ...]) -> None:
    found = run(*arguments, environment=dict(os.environ))

    assert found.returncode == 2
    assert "usage: python -m workers" in found.stderr


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_worker_ends_well_when_asked_to(
    backing: BackingServices, tmp_path: Path, signal_number: signal.Signals
) -> None:
    log = tmp_path / "log"
    with log.open("w") as output, subprocess.Popen(
        [sys.executable, "-m", "workers", "media"], env=backing.environment, stdout=output, stderr=output,
        start_new_session=True,
    ) as worker:  # fmt: skip
        try:
            wait_until(lambda: "is ready" in log.read_text() or worker.poll() is not None)
            worker.send_signal(signal_number)
            exit_code = worker.wait(PATIENCE_S)
        finally:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)

    assert exit_code == 0, log.read_text()
    assert "Traceback" not in log.read_text()
