"""A new release with a migration, machine after machine, on the local image of the cloud."""

import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest

from deploy.local.cloud.bundle_files import unpack
from deploy.local.cloud.machine import Machine
from deploy.local.cloud.next_release import last_migration, next_release
from deploy.local.cloud.rollout import Rollout
from deploy.local.faults import StackFault
from deploy.local.part import Part
from deploy.local.place import CHECKOUT
from deploy.release.bundle import TIERS
from deploy.release.bundling import Release, kept

DEMO = (sys.executable, "-m", "deploy.local", "demo", "rolling-deployment")
NEXT = Release("next", {tier: Path(f"{tier}-next.zip") for tier in TIERS})
WITH_NAME = ("drain", "stop", "start", "stop_part", "start_part")


class Recorder:
    """Stands for the supervisor and for what may be done to instances; each call is a line."""

    names = ("storefront-1", "storefront-2")

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __getattr__(self, verb: str) -> Callable[[str], Awaitable[None]]:
        assert verb in WITH_NAME

        async def note(name: str) -> None:
            self.lines.append(f"{verb} {name}")

        return note

    def change_part(self, part: Part) -> None:
        self.lines.append(f"change_part {part.name}")


class FakeMachine:
    """A process and its nginx; the leader's command is the shell's own."""

    def __init__(self, recorder: Recorder, name: str, command: str) -> None:
        self._recorder, self._name, self._command = recorder, name, command

    def take(self, bundle: Path) -> Path:
        self._recorder.lines.append(f"take {self._name} {bundle.stem}")
        return Path(bundle.stem)

    def keep_only(self, app: Path) -> None:
        self._recorder.lines.append(f"keep_only {self._name} {app}")

    def parts(self, _: Path) -> tuple[Part, ...]:
        return tuple(Part(name=name, command=(), environment={}) for name in (self._name, f"nginx of {self._name}"))

    def leading(self, app: Path, _: Part) -> Part:
        self._recorder.lines.append(f"lead {self._name} {app}")
        return Part(name="leader", command=("/bin/sh", "-c", self._command), environment={}, folder=Path("/"))


def rollout(recorder: Recorder, leads: str = "true") -> Rollout:
    machines = {name: FakeMachine(recorder, name, leads) for name in (*recorder.names, "worker")}
    return Rollout(cast(dict[str, Machine], machines), cast(Any, recorder), cast(Any, recorder), recorder.lines.append)


def replaced(name: str, label: str) -> list[str]:
    """nginx ends before its process, and what starts is of the new bundle; the old one goes last."""
    return [
        *(f"stop_part nginx of {name}", f"stop_part {name}"),
        *(f"change_part {name}", f"change_part nginx of {name}"),
        *(f"start_part {name}", f"start_part nginx of {name}"),
        f"keep_only {name} {label}",
    ]


async def test_each_machine_is_replaced_out_of_rotation_and_the_leader_migrates_first() -> None:
    recorder = Recorder()

    await rollout(recorder).bring(NEXT)

    told = [line for line in recorder.lines if " runs next after " not in line]
    assert told == [
        *("drain storefront-1", "take storefront-1 web-next"),
        *("lead storefront-1 web-next", "storefront-1 has migrated the database"),
        *("stop storefront-1", *replaced("storefront-1", "web-next"), "start storefront-1"),
        *("drain storefront-2", "take storefront-2 web-next"),
        *("stop storefront-2", *replaced("storefront-2", "web-next"), "start storefront-2"),
        *("take worker worker-next", *replaced("worker", "worker-next")),
    ]


async def test_a_migration_that_fails_ends_the_deployment_before_anything_is_stopped() -> None:
    recorder = Recorder()

    with pytest.raises(StackFault, match="the leader's commands failed: no such table"):
        await rollout(recorder, leads="echo no such table >&2; exit 1").bring(NEXT)

    assert recorder.lines == ["drain storefront-1", "take storefront-1 web-next", "lead storefront-1 web-next"]


def test_the_next_release_of_a_drill_has_one_migration_more(light_repository: Path, tmp_path: Path) -> None:
    release = kept(light_repository, tmp_path / "bundles")

    following = next_release(release, tmp_path / "next")

    for tier in TIERS:
        assert last_migration(following.zips[tier]) == last_migration(release.zips[tier]) + 1
    unpack(following.zips["worker"], tmp_path / "app")
    number = last_migration(following.zips["worker"])
    text = (tmp_path / f"app/shared/migrations/versions/{number:04d}_drill.py").read_text("utf-8")
    assert f'revision = "{number:04d}"\ndown_revision = "{number - 1:04d}"\n' in text
    assert "ADD COLUMN drill_note VARCHAR(40) NULL" in text


@pytest.mark.long
def test_no_request_fails_and_no_order_is_lost_while_a_release_with_a_migration_comes() -> None:
    done = subprocess.run(DEMO, cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].lstrip().startswith("PASS ")
