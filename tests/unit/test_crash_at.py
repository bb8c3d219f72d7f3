"""CRASH_AT: how it is read, where it is refused, and how long its marks last."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import run
from deploy.local.environment import environment
from deploy.local.faults import StackFault
from deploy.local.place import CHECKOUT, Place
from deploy.local.ports import Ports
from shared import crash
from shared.crash import CrashAt
from shared.settings import SettingsError, load_settings
from tests.environments import bare_environment
from tests.waiting import PATIENCE_S

# What production insists on besides.
FIT = {
    "PUBLIC_URL": "https://shop.example",
    "PAYMENT_GATEWAY": "https://pay.example",
    "DATABASE_WRITER_URL": "mysql://shop:its-own@127.0.0.1:3306/shop",
}


def test_a_name_and_a_number_are_read() -> None:
    assert crash.parse("step.after_claim:3") == CrashAt("step.after_claim", 3)


@pytest.mark.parametrize(
    "value", ["step.after_claim", "step.after_claim:", "step.after_claim:0", "step.after_claim:-1", "no.such_point:1",
              "step.after_claim:1:1", "step.after_claim:\u0661", ":1", "1", "Step.after_claim:1"]
)  # fmt: skip
def test_what_names_no_point_or_no_pass_is_refused_by_name(value: str, tmp_path: Path) -> None:
    environ = environment(tmp_path, Ports.based_on(8000), {"CRASH_AT": value})

    with pytest.raises(SettingsError, match=r"^CRASH_AT "):
        load_settings(environ)


@pytest.mark.parametrize(
    "words", [["storefront", "--port", "0"], ["workers", "orders"], ["workers.http", "--port", "0"]]
)
@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("production", "step.after_claim:1", "CRASH_AT must not be set in production"),
        ("test", "step.after:1", "CRASH_AT names no crash point; ./shop crash-points --all lists them"),
    ],
)
def test_no_process_starts_with_a_wrong_point_or_in_production(
    words: list[str], kind: str, value: str, told: str, tmp_path: Path
) -> None:
    environ = environment(tmp_path, Ports.based_on(8000), bare_environment(**FIT, ENVIRONMENT=kind, CRASH_AT=value))

    ended = subprocess.run(
        [sys.executable, "-m", *words], env=environ, cwd=CHECKOUT, capture_output=True, text=True, timeout=PATIENCE_S,
        check=False,
    )  # fmt: skip

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.partition(": ")[2] == f"{told}\n"


def test_the_marks_of_an_earlier_run_are_gone_when_the_next_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)
    place.crash.mkdir(parents=True)
    (place.crash / "step.after_claim:1").touch()

    def refuse(*_: object) -> None:
        raise StackFault("far enough")

    monkeypatch.setattr(run, "_check_room", lambda *_: None)
    monkeypatch.setattr(run, "hold_signals", lambda: None)
    monkeypatch.setattr(run, "check_ports", refuse)

    with pytest.raises(StackFault, match="far enough"):
        run.run(place, Ports.free(), {})

    assert not place.crash.exists()
