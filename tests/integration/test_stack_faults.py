"""`run` where it cannot: an exit code, one sentence with the next step, and no process left."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import mariadb, noticeboard
from deploy.local.faults import PartFailed
from deploy.local.place import Place
from deploy.local.ports import Ports
from tests.integration.door import free_base, left_running, run
from tests.integration.test_running_stack import Start, start, states, wait_until_ready
from tests.integration.test_supervisor import LIVES
from tests.waiting import PATIENCE_S

__all__ = ["start"]


@pytest.fixture(scope="module")
def ports() -> Ports:
    return free_base()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / ".local")


def what_is_told(place: Place, refused: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error, of a run that ended with 1 and left nothing running."""
    assert left_running(place) == []
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    return refused.stderr.removeprefix("shop: ").strip()


def test_a_taken_port_is_named_before_anything_starts(place: Place, ports: Ports) -> None:
    with socket.create_server(("127.0.0.1", ports.mailbox)):
        told = what_is_told(place, run(place, ports))

    assert told == (
        f"port {ports.mailbox} of mail is taken by another program. "
        "End that program, or shift all ports: ./shop run --port 9000"
    )
    assert list(place.log.iterdir()) == []
    assert not place.mysql.exists()


def test_a_taken_port_behind_the_balancer_is_named(place: Place, ports: Ports) -> None:
    with socket.create_server(("127.0.0.1", ports.instance(2))):
        told = what_is_told(place, run(place, ports, options=("--instances", "3")))

    assert told.startswith(f"port {ports.instance(2)} of storefront-2 is taken by another program. ")


def test_a_folder_that_may_not_be_written_is_named(place: Place, ports: Ports) -> None:
    place.state.mkdir(mode=0o500)
    if os.access(place.state, os.W_OK):
        pytest.skip("root may write anywhere")

    told = what_is_told(place, run(place, ports))

    assert told == f"no permission for {place.redis}. Give it to yourself (chown), or delete it and start again"


@pytest.mark.parametrize(("name", "reason"), [("", "Not a directory"), ("redis", "File exists")])
def test_a_file_in_a_folders_place_is_named(place: Place, ports: Ports, name: str, reason: str) -> None:
    file = place.state / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("in the way", encoding="utf-8")

    told = what_is_told(place, run(place, ports))

    assert told == f"{place.redis}: {reason}. Move away what is in its place and start again"


@pytest.mark.parametrize("largest_bytes", [0, 10])
def test_a_full_disk_is_named_before_anything_starts(place: Place, ports: Ports, largest_bytes: int) -> None:
    told = what_is_told(place, run(place, ports, largest_bytes))

    assert told == "the disk is full: a file cannot be written. Make room and start again"
    assert list(place.log.iterdir()) == []


def test_a_disk_that_fills_up_while_the_database_is_made_is_named(place: Place, ports: Ports) -> None:
    told = what_is_told(place, run(place, ports, 1_000_000))

    assert told == (
        f"MariaDB's data folder {place.mysql}.new could not be made: the disk is full. Make room and start again"
    )
    assert not place.mysql.exists()


def test_a_part_without_room_is_never_told_to_delete_its_data() -> None:
    fault = PartFailed("redis", "it ended with exit code 1", "./shop reset", ("append: No space left on device",))

    assert str(fault) == (
        "redis does not get ready: the disk is full (it ended with exit code 1). Make room and start again"
    )


def test_a_disk_that_takes_no_pid_and_no_log_ends_nothing(start: Start, tmp_path: Path) -> None:
    for path in (Place(tmp_path).run / "part-1.pid", Place(tmp_path).log / "part-1.log"):
        path.parent.mkdir()
        path.symlink_to("/dev/full")

    starts = tmp_path / "starts"

    stack = start(f"echo again >> {starts}; echo a line; {LIVES}")
    wait_until_ready(tmp_path)
    stack.send_signal(signal.SIGINT)

    assert stack.wait(PATIENCE_S) == 0
    assert starts.read_text(encoding="utf-8").split() == ["again"]


def test_a_damaged_database_is_named_with_the_next_step(place: Place, ports: Ports) -> None:
    mariadb.make_data_folder(mariadb.find_installation(), place.mysql)
    for file in (path for path in place.mysql.rglob("*") if path.is_file()):
        file.write_bytes(b"rubbish " * (file.stat().st_size // 8))

    told = what_is_told(place, run(place, ports))

    assert told == (
        "mariadb does not get ready: it ended with exit code 1, 5 times in a row. "
        f"If its data in {place.mysql} is damaged, ./shop reset makes new data (the old is lost)"
    )


def test_files_of_a_dead_stack_are_no_obstacle(start: Start, tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.make()
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        pass
    row = {"name": "part-1", "pid": dead.pid, "port": None, "state": "restarting"}
    noticeboard.post(place, noticeboard.Notice(dead.pid, 8000, [row]))
    for path in (place.lock, place.run / "part-1.pid"):
        path.write_text(f"{dead.pid}\n", encoding="utf-8")

    stack = start(LIVES)
    wait_until_ready(tmp_path)

    assert states(tmp_path) == ["ready"]
    assert place.lock.read_text(encoding="utf-8") == f"{stack.pid}\n"
    assert (place.run / "part-1.pid").read_text(encoding="utf-8") != f"{dead.pid}\n"
    stack.send_signal(signal.SIGINT)
    assert stack.wait(PATIENCE_S) == 0
    assert list(place.run.glob("*.pid")) == []
