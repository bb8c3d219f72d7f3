"""What systemd itself says of the units and drop-ins that the hooks write."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.machine import Machine
from tests.deploy.templates import DEPLOY
from tests.waiting import PATIENCE_S

ANALYZE = shutil.which("systemd-analyze") or ""
HOOKS = ".platform/hooks/prebuild"
# As the platform makes one of each line of a Procfile.
OF_THE_PLATFORM = "[Unit]\nDescription=of the Procfile\n[Service]\nExecStart=/bin/true\nRestart=always\n"

pytestmark = pytest.mark.skipif(not ANALYZE, reason="systemd-analyze is missing; Debian's package systemd has it")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def faults(machine: Machine, *others: str) -> str:
    """What is wrong with the machine's units, and with these instances of templates, whatever else is installed."""
    folder = machine.folder / "units"
    for drop_in in folder.glob("*.service.d"):
        (folder / drop_in.stem).write_text(OF_THE_PLATFORM, "utf-8")
    units = sorted(path.name for path in folder.iterdir() if path.is_file() and "@" not in path.name)
    done = subprocess.run(
        [ANALYZE, "verify", "--man=no", *units, *others],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert units
    ours = (str(folder), *units, *others)
    return "\n".join(line for line in (done.stdout + done.stderr).splitlines() if any(name in line for name in ours))


@pytest.mark.parametrize("tier", ["web", "worker"])
def test_systemd_finds_nothing_in_how_a_tiers_units_are_stopped(machine: Machine, tier: str) -> None:
    bundle = DEPLOY / f"beanstalk-{tier}"
    assert machine.run(bundle / HOOKS / "50_stop.sh", {}, where=bundle).returncode == 0

    assert faults(machine) == ""


def test_systemd_finds_nothing_in_the_units_and_timers_of_the_one_instance(machine: Machine) -> None:
    shutil.copytree(DEPLOY / "beanstalk-web", machine.folder / "bundle")
    hook = DEPLOY / "beanstalk-web" / HOOKS / "60_single.sh"
    assert machine.run(hook, {"MEDIA_STORE": "ebs"}, where=machine.folder / "bundle").returncode == 0

    assert faults(machine, "shop-job@expire.service") == ""


def test_systemd_would_find_something(machine: Machine) -> None:
    bundle = DEPLOY / "beanstalk-worker"
    machine.run(bundle / HOOKS / "50_stop.sh", {}, where=bundle)
    drop_in = machine.folder / "units/orders.service.d/10-stop.conf"
    drop_in.write_text(drop_in.read_text("utf-8").replace("mixed", "mixd"), "utf-8")

    assert "Failed to parse kill mode specification, ignoring: mixd" in faults(machine)
