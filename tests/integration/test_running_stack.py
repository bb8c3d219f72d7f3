"""A whole stack as a process of its own: signals to it, its sudden death, its lock."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.faults import StackFault
from deploy.local.lock import is_free, running_pid, take_lock
from deploy.local.place import CHECKOUT, Place
from tests.integration.test_supervisor import LIVES, is_alive
from tests.waiting import PATIENCE_S, wait_until

DEAF = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
# A child in the same group, and one that left it: neither may outlive the stack.
FAMILY = "sleep 1001 & echo $! > {0}/child; setsid sleep 1002 & echo $! > {0}/runaway; echo $$ > {0}/leader; " + LIVES

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a toy stack of these scripts."""
    running: list[subprocess.Popen[str]] = []

    def start(*scripts: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.integration.toy_stack", str(tmp_path), *scripts]
        process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def states(folder: Path) -> list[str]:
    try:
        return [row["state"] for row in json.loads((folder / "run/stack.json").read_text(encoding="utf-8"))["parts"]]
    except FileNotFoundError:
        return []


def wait_until_ready(folder: Path) -> None:
    wait_until(lambda: set(states(folder)) == {"ready"})


def family(folder: Path) -> list[int]:
    return [int((folder / name).read_text(encoding="utf-8")) for name in ("leader", "child", "runaway")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_to_the_supervisor_alone_ends_everything_well(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    stack = start(FAMILY.format(tmp_path), LIVES)
    wait_until_ready(tmp_path)

    stack.send_signal(number)

    assert stack.wait(PATIENCE_S) == 0
    assert [pid for pid in family(tmp_path) if is_alive(pid)] == []
    assert is_free(tmp_path / "stack.lock")


def test_a_signal_during_the_start_ends_everything_well(start: Start, tmp_path: Path) -> None:
    stack = start("exec sleep 1000")
    wait_until(lambda: states(tmp_path) == ["starting"])

    stack.send_signal(signal.SIGINT)

    assert stack.wait(PATIENCE_S) == 0


def test_nothing_survives_when_the_supervisor_is_killed(start: Start, tmp_path: Path) -> None:
    stack = start(FAMILY.format(tmp_path), DEAF)
    wait_until_ready(tmp_path)

    stack.kill()

    wait_until(lambda: not any(is_alive(pid) for pid in family(tmp_path)))
    wait_until(lambda: is_free(tmp_path / "stack.lock"))


def test_a_new_stack_starts_at_once_after_the_old_one_was_killed(start: Start, tmp_path: Path) -> None:
    old = start(FAMILY.format(tmp_path))
    wait_until_ready(tmp_path)
    old.kill()
    old.wait()

    new = start(LIVES)
    wait_until(lambda: running_pid(tmp_path / "stack.lock") == new.pid)

    new.send_signal(signal.SIGINT)
    assert new.wait(PATIENCE_S) == 0


def test_a_second_stack_of_the_checkout_is_refused_by_name(start: Start, tmp_path: Path) -> None:
    first = start(LIVES)
    wait_until_ready(tmp_path)

    with pytest.raises(StackFault, match=f"process {first.pid}.*./shop stop"):
        take_lock(tmp_path / "stack.lock")


def test_the_lock_file_of_a_dead_process_is_no_obstacle(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        pass
    lock = Place(tmp_path).lock
    lock.write_text(f"{dead.pid}\n", encoding="utf-8")

    descriptor = take_lock(lock)

    assert running_pid(lock) is None or lock.read_text(encoding="utf-8") == f"{os.getpid()}\n"
    os.close(descriptor)


def test_ctrl_c_again_kills_but_only_after_a_second(start: Start, tmp_path: Path) -> None:
    stack = start(DEAF)
    wait_until_ready(tmp_path)
    began = time.monotonic()

    # A nervous finger: every press within the first second counts as the first.
    while stack.poll() is None and time.monotonic() - began < PATIENCE_S:
        stack.send_signal(signal.SIGINT)
        time.sleep(0.05)

    assert stack.returncode == 1
    assert 1.0 <= time.monotonic() - began < PATIENCE_S
