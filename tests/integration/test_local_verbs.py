"""The verbs of ./shop that look at the stack, end it, or start it in vain."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import __main__ as door
from deploy.local import mariadb, noticeboard, run
from deploy.local.asking import instance, reader
from deploy.local.ending import reset, stop
from deploy.local.faults import CannotLook, StackFault, UsageFault
from deploy.local.lock import take_lock
from deploy.local.noticeboard import Notice
from deploy.local.place import CHECKOUT, Place
from deploy.local.ports import Ports
from deploy.local.status import status
from tests.waiting import PATIENCE_S

VERBS = {
    *("run", "stop", "status", "migrate", "reset", "seed", "test", "lint", "staff", "crash-points", "help"),
    *("audit", "dead-letters", "orders", "steps", "queues", "backup", "restore", "soak", "instance", "bench", "demo"),
    *("catalog", "reader", "load", "bundle", "deploy", "found-papers"),
}
ROW = {"name": "redis", "pid": 7, "port": 16379, "state": "ready"}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.make()
    return place


def shop(*words: str, checkout: Path = CHECKOUT) -> subprocess.CompletedProcess[str]:
    command = [str(checkout / "shop"), *words]
    return subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE_S, check=False
    )


def test_help_has_a_line_for_every_verb() -> None:
    lines = shop("help").stdout.splitlines()

    found = [line.split()[0] for line in lines if re.match("  [a-z]", line)]
    assert sorted(found) == sorted(VERBS)


def test_an_unknown_verb_is_a_wrong_use() -> None:
    refused = shop("no-such-verb")

    assert refused.returncode == 2
    assert refused.stderr == "shop: there is no verb 'no-such-verb'. ./shop help lists them\n"


@pytest.mark.parametrize("number", ["5", "-1"])
def test_a_number_of_readers_out_of_range_is_a_wrong_use(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["run", f"--readers={number}"]) == 2
    assert capsys.readouterr().err == "shop: --readers must be 0 to 4\n"


@pytest.mark.parametrize("number", ["0", "21", "-1"])
def test_a_number_of_instances_out_of_range_is_a_wrong_use(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["run", f"--instances={number}"]) == 2
    assert capsys.readouterr().err == "shop: --instances must be 1 to 20\n"


def test_sticky_without_a_balancer_is_a_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["run", "--sticky"]) == 2
    assert capsys.readouterr().err == "shop: --sticky needs --instances: without it there is no balancer\n"


@pytest.mark.parametrize("option", ["--instances=3", "--readers=2"])
def test_what_is_like_aws_has_its_own_numbers(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["run", "--like-aws", option]) == 2
    told = "shop: --like-aws has 3 storefronts and a reader. Leave --instances and --readers out\n"
    assert capsys.readouterr().err == told


def test_an_instance_of_no_stack_cannot_be_told_anything(place: Place) -> None:
    with pytest.raises(CannotLook, match=r"no stack of this checkout runs. Start it: \./shop run"):
        instance(place, "stop", 1)


def test_an_instance_of_a_plain_stack_cannot_be_told_anything(place: Place) -> None:
    take_lock(place.lock)
    noticeboard.post(place, Notice(os.getpid(), 8000, [ROW]))

    with pytest.raises(UsageFault, match=r"runs without a balancer. Start it with one: \./shop run --instances 3"):
        instance(place, "stop", 1)


def test_an_instance_of_a_stack_that_is_not_open_yet_cannot_be_told_anything(place: Place) -> None:
    take_lock(place.lock)
    noticeboard.post(place, Notice(os.getpid(), 8000, [{**ROW, "name": "haproxy", "state": "waiting"}]))

    with pytest.raises(CannotLook, match="the shop is not open yet"):
        instance(place, "stop", 1)


def test_a_reader_of_a_stack_without_readers_cannot_be_told_anything(place: Place) -> None:
    take_lock(place.lock)
    noticeboard.post(place, Notice(os.getpid(), 8000, [ROW]))

    with pytest.raises(UsageFault, match=r"runs without readers. Start it with some: \./shop run --readers 2"):
        reader(place, "kill", 1, None)


@pytest.mark.parametrize("action", ["kill", "start"])
def test_only_a_lag_takes_seconds(place: Place, action: str) -> None:
    with pytest.raises(UsageFault, match=rf"{action} takes no seconds: \./shop reader {action} 1"):
        reader(place, action, 1, 3)


def test_a_port_out_of_range_is_a_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["run", "--port", "99999"]) == 2
    assert "the port must be 1 to 54211" in capsys.readouterr().err


def test_status_cannot_look_when_nothing_runs(place: Place) -> None:
    with pytest.raises(CannotLook, match=r"\./shop run") as refused:
        status(place, as_json=True)

    assert refused.value.exit_code == 2


def test_status_cannot_look_at_what_a_killed_stack_left_behind(place: Place) -> None:
    noticeboard.post(place, Notice(1, 8000, [ROW]))

    with pytest.raises(CannotLook):
        status(place, as_json=True)


@pytest.mark.parametrize(("state", "code"), [("ready", 0), ("starting", 0), ("restarting", 1)])
def test_status_prints_json_and_nothing_else(
    place: Place, capsys: pytest.CaptureFixture[str], state: str, code: int
) -> None:
    take_lock(place.lock)
    rows = [{**ROW, "state": state}]
    noticeboard.post(place, Notice(os.getpid(), 8000, rows))

    assert status(place, as_json=True) == code
    assert json.loads(capsys.readouterr().out) == rows


def test_a_stack_is_seen_though_newer_code_wants_other_packages_than_it_was_started_with(tmp_path: Path) -> None:
    for name in ("deploy", "requirements"):
        shutil.copytree(CHECKOUT / name, tmp_path / name)
    shutil.copy(CHECKOUT / "shop", tmp_path)
    (tmp_path / ".venv").symlink_to(CHECKOUT / ".venv")
    (tmp_path / "requirements/dev.lock").write_text("other-package==1\n", encoding="utf-8")
    place = Place(tmp_path / ".local")
    place.make()
    take_lock(place.lock)
    noticeboard.post(place, Notice(os.getpid(), 8000, [ROW]))

    seen = shop("status", "--json", checkout=tmp_path)

    assert (seen.returncode, json.loads(seen.stdout)) == (0, [ROW])


def test_stop_is_content_when_nothing_runs(place: Place) -> None:
    assert stop(place) == 0


def test_stop_ends_a_stack_and_waits_for_it(place: Place, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.integration.toy_stack", str(tmp_path), "echo ready; exec sleep 1000"]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as stack:
        assert stack.stdout
        for line in stack.stdout:
            if "part-1 ready" in line:
                break

        assert stop(place) == 0
        assert stack.wait(10) == 0


def test_reset_refuses_while_the_stack_runs(place: Place) -> None:
    take_lock(place.lock)

    with pytest.raises(StackFault, match=r"\./shop stop"):
        reset(place, is_sure=True)

    assert place.redis.is_dir()


def test_reset_asks_nobody_who_is_not_there(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())

    with pytest.raises(UsageFault, match="--yes"):
        reset(place, is_sure=False)

    assert place.redis.is_dir()


def test_reset_deletes_all_data_and_keeps_what_is_installed(place: Place) -> None:
    (place.mysql / "shop").mkdir(parents=True)
    (place.readers / "1").mkdir(parents=True)
    place.secrets.write_text("{}", encoding="utf-8")
    installed = place.state / "root"
    installed.mkdir()

    assert reset(place, is_sure=True) == 0

    assert sorted(path.name for path in place.state.iterdir()) == ["log", "root", "run"]


def test_a_data_folder_without_data_is_named_with_the_next_step(place: Place) -> None:
    place.mysql.mkdir()

    with pytest.raises(StackFault, match=r"mysql is damaged.*\./shop reset"):
        mariadb.make_data_folder(mariadb.find_installation(), place.mysql)


def test_a_data_folder_that_was_half_made_is_made_anew(place: Place) -> None:
    half = place.state / "mysql.new"
    half.mkdir()
    (half / "ibdata1").write_text("half", encoding="utf-8")

    mariadb.make_data_folder(mariadb.find_installation(), place.mysql)

    assert (place.mysql / "shop").is_dir()
    assert not half.exists()


def test_a_full_disk_is_told_before_anything_starts(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 5_000_000}))

    with pytest.raises(StackFault, match=r"disk of .* is full \(5 MB free, 150 needed\)"):
        run.run(place, Ports.free(), {})


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "Permission denied", "/x/.local/log"), "no permission for /x/.local/log"),
        (OSError(28, "No space left on device", "/x/.local/log"), "the disk is full"),
        (NotADirectoryError(20, "Not a directory", "/x/.local"), "/x/.local: Not a directory"),
    ],
)
def test_what_the_disk_refuses_is_one_sentence(
    error: OSError, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: list[str]) -> int:
        raise error

    monkeypatch.setitem(door.VERBS, "status", refuse)

    assert door.main(["status"]) == 1
    told = capsys.readouterr().err
    assert sentence in told
    assert len(told.splitlines()) == 1
