"""Where a process can be made to die, and that it does."""

import ast
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import __main__ as door
from shared import crash
from shared.crash import NAMES, ORDER, POINTS
from shared.crash_points import main
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
PASSES = """
import os, sys, threading
from pathlib import Path
from shared import crash

def passes(times):
    for number in range(1, times + 1):
        crash.here("mail.before_send")
        crash.here("mail.after_send")
        os.write(1, b"%d" % number)

crash.arm(crash.parse("mail.after_send:3"), Path(sys.argv[1]))
"""
KILLED = -signal.SIGKILL


def uses() -> Iterator[str]:
    """The name at each `crash.here(...)` of the shop's code; one that is no plain text fails here."""
    for path in (found for folder in ("shared", "storefront", "workers") for found in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "crash.here":
                (argument,) = node.args
                assert isinstance(argument, ast.Constant), f"{path}:{node.lineno}"
                yield str(argument.value)


def process(program: str, markers: Path) -> tuple[int, str]:
    """Exit code and output of a process that runs this after PASSES."""
    words = [sys.executable, "-c", PASSES + program, str(markers)]
    ended = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=PATIENCE_S, check=False)
    return ended.returncode, ended.stdout


def test_no_two_points_have_one_name() -> None:
    assert len(NAMES) == len(set(NAMES))


def test_every_point_stands_once_in_the_code_and_every_place_is_in_the_table() -> None:
    assert Counter(uses()) == Counter(NAMES)


def test_the_command_prints_the_points_of_an_ordinary_order_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0

    printed = capsys.readouterr().out.splitlines()
    assert printed == list(POINTS[ORDER])
    assert len(printed) >= 22
    assert "payment.after_capture" not in printed


def test_the_verb_prints_those_of_other_flows_too_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["crash-points", "--all"]) == 0

    assert capsys.readouterr().out.splitlines() == list(NAMES)


def test_a_process_dies_at_its_third_pass_and_runs_nothing_after_it(tmp_path: Path) -> None:
    assert process("passes(5)", tmp_path) == (KILLED, "12")


def test_a_process_dies_once_a_run(tmp_path: Path) -> None:
    first, second = process("passes(5)", tmp_path / "crash"), process("passes(5)", tmp_path / "crash")

    assert (first, second) == ((KILLED, "12"), (0, "12345"))
    assert [mark.name for mark in (tmp_path / "crash").iterdir()] == ["mail.after_send:3"]


def test_a_pass_in_a_thread_counts_and_kills_the_whole_process(tmp_path: Path) -> None:
    program = "passes(2)\nthread = threading.Thread(target=passes, args=(1,))\nthread.start()\nthread.join()\npasses(1)"

    assert process(program, tmp_path) == (KILLED, "12")


def test_a_forked_child_counts_its_own_passes_and_dies_alone(tmp_path: Path) -> None:
    program = """
passes(2)
child = os.fork()
if not child:
    passes(5)
status = os.waitpid(child, 0)[1]
sys.stdout.write(f" {os.waitstatus_to_exitcode(status)}")
"""

    assert process(program, tmp_path) == (0, f"1212 {KILLED}")


def test_without_crash_at_nothing_is_made_and_nobody_dies(tmp_path: Path) -> None:
    crash.arm(None, tmp_path / "crash")

    for name in NAMES:
        crash.here(name)

    assert not (tmp_path / "crash").exists()
