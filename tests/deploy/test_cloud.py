"""What a machine of `run --like-aws` is made of: the release, its bundle's files, its variables."""

import os
import shutil
from pathlib import Path

import pytest

from deploy.local.cloud import variables as of_templates
from deploy.local.cloud.bundle_files import leaders_command, processes
from deploy.local.cloud.fleet import Cloud
from deploy.local.cloud.machine import Machine
from deploy.local.cloud.variables import HERE, variables
from deploy.local.environment import environment
from deploy.local.faults import StackFault
from deploy.local.part import Part, Stamp
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.release.bundle import TIERS
from deploy.release.bundling import Release, kept
from deploy.release.templates import read_templates
from shared.settings import load_settings
from tests.deploy.repositories import commit_all
from tests.deploy.templates import DEPLOY


@pytest.fixture(scope="module")
def release(light_repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    return kept(light_repository, tmp_path_factory.mktemp("bundles"))


def test_the_bundles_of_a_commit_are_made_once(light_copy: Path, tmp_path: Path) -> None:
    first = kept(light_copy, tmp_path)
    times = {path: path.stat().st_mtime_ns for path in first.zips.values()}

    assert kept(light_copy, tmp_path) == first
    assert {path: path.stat().st_mtime_ns for path in first.zips.values()} == times
    assert sorted(path.name for path in tmp_path.glob("*.zip")) == [f"{tier}-{first.label}.zip" for tier in TIERS]


def test_a_bundle_that_is_damaged_is_made_again(light_repository: Path, release: Release, tmp_path: Path) -> None:
    whole = {tier: path.read_bytes() for tier, path in release.zips.items()}
    (tmp_path / release.zips["worker"].name).write_bytes(whole["worker"])
    (tmp_path / release.zips["web"].name).write_bytes(whole["web"][:-100])

    assert kept(light_repository, tmp_path).zips["web"].read_bytes() == whole["web"]


def test_a_newer_commit_has_bundles_of_its_own(light_copy: Path, tmp_path: Path) -> None:
    old = kept(light_copy, tmp_path)
    (light_copy / "shared/newer.py").write_text('"""Newer."""\n')
    commit_all(light_copy)

    assert kept(light_copy, tmp_path).label != old.label


def test_what_is_not_committed_does_not_run_and_is_told(
    light_copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (light_copy / "shared/newer.py").write_text('"""Newer."""\n')

    kept(light_copy, tmp_path)

    told = "shop: only what is committed runs like on AWS. Not committed: shared/newer.py\n"
    assert capsys.readouterr().err.startswith(told)


def test_a_machine_unpacks_a_bundle_with_its_run_bits_and_forgets_older_ones(release: Release, tmp_path: Path) -> None:
    machine = machine_of({}, tmp_path / "machine")
    older = machine.folder / "worker-older"
    older.mkdir(parents=True)

    app = machine.take(release.zips["worker"])
    machine.keep_only(app)

    assert app == machine.folder / f"worker-{release.label}"
    assert sorted(machine.folder.iterdir()) == [machine.current, app]
    assert machine.current.resolve() == app
    assert os.access(app / ".platform/hooks/prebuild/10_files.sh", os.X_OK)
    assert not os.access(app / "Procfile", os.X_OK)


def test_a_process_that_the_machine_does_not_know_is_a_fault(tmp_path: Path) -> None:
    app = tmp_path / "app"
    shutil.copytree(DEPLOY / "beanstalk-worker", app)

    with pytest.raises(StackFault, match="the Procfile of app has web, orders, documents, media; known are web"):
        machine_of({"web": Part(name="worker-http", command=(), environment={})}, tmp_path).parts(app)


def machine_of(plain: dict[str, Part], folder: Path) -> Machine:
    return Machine(tier="worker", folder=folder, nginx="nginx", door=1, first_port=2, plain=plain, environ={})


def test_each_process_is_the_procfiles_own_line_at_a_port_of_its_machine(release: Release, tmp_path: Path) -> None:
    place, ports = Place(tmp_path / "stack"), Ports()

    parts = Cloud(place, ports, release).tier_parts(environment(place.state, ports, {"PATH": "/bin"}))

    lines = {part.name: part.command[-1] for part in parts if part.command[0] == "/bin/sh"}
    assert lines == {
        "storefront-1": "exec python -m storefront --port 8030 --processes 2",
        "storefront-2": "exec python -m storefront --port 8034 --processes 2",
        "storefront-3": "exec python -m storefront --port 8038 --processes 2",
        "worker-http": "exec python -m workers.http --port 8100",
        "worker-orders": "exec python -m workers orders",
        "worker-documents": "exec python -m workers documents",
        "worker-media": "exec python -m workers media",
    }
    folders = {part.name: part.folder for part in parts if part.name in lines}
    assert folders["storefront-2"] == place.machines / "storefront-2" / f"web-{release.label}"
    assert folders["worker-media"] == place.machines / "worker" / f"worker-{release.label}"
    ports_of = {part.name: part.ports for part in parts}
    assert (ports_of["storefront-2"], ports_of["nginx-2"], ports_of["nginx-worker"]) == ((8034, 8035), (8002,), (8180,))
    (daemon,) = (part for part in parts if part.name == "worker-daemon")
    assert "http://127.0.0.1:8180/worker" in daemon.command
    schedule = place.machines / "worker" / "current" / "cron.yaml"
    assert schedule.resolve() == folders["worker-media"] / "cron.yaml"
    assert str(schedule) in daemon.command


def test_the_leader_migrates_and_the_first_data_come_from_its_bundle(release: Release, tmp_path: Path) -> None:
    place, ports = Place(tmp_path / "stack"), Ports()
    environ = environment(place.state, ports, {"PATH": "/bin"})
    cloud = Cloud(place, ports, release)

    stamp = Stamp(tmp_path / "done", "of the checkout's migrations")
    parts = (Part(name=name, command=("true",), environment={}, stamp=stamp) for name in ("migrate", "seed"))
    led, other = (cloud.led(part, environ) for part in parts)

    assert led.command == ("/bin/sh", "-c", "python -m shared.migrate")
    assert led.folder == place.machines / "storefront-1" / f"web-{release.label}"
    assert led.environment["DATABASE_WRITER_URL"] == environ["DATABASE_WRITER_URL"]
    assert led.stamp is None
    assert (other.command, other.folder, other.stamp) == (("true",), led.folder, stamp)


def test_what_one_instance_does_for_all_stands_in_the_bundle(tmp_path: Path) -> None:
    (tmp_path / ".ebextensions").mkdir()
    commands = (
        "container_commands: {1_all: {command: all}, 2_one: {command: one, leader_only: true}, 3_last: {command: all}}"
    )
    (tmp_path / ".ebextensions/10.config").write_text(commands, "utf-8")

    assert leaders_command(tmp_path) == "one"
    assert leaders_command(DEPLOY / "beanstalk-web") == "python -m shared.migrate"
    assert leaders_command(DEPLOY / "beanstalk-worker") == ""
    assert list(processes(DEPLOY / "beanstalk-web")) == ["web"]


@pytest.mark.parametrize("tier", TIERS)
def test_a_machine_starts_with_what_its_template_sets(tier: str, tmp_path: Path) -> None:
    ours = environment(tmp_path, Ports(), {})
    given = {**ours, "PATH": "/bin", "RATE_ADDRESS_PER_S": "7"}

    found = variables(tier, given, ours)

    settings = load_settings(found)
    assert (settings.public_url, settings.drain_s) == ("http://localhost:8000", 2)
    assert found["SHOP_TIME_ZONE"] == "Europe/Berlin"
    assert (found["PATH"], settings.rate_address_per_s) == ("/bin", 7)
    assert "CARTS_TABLE" not in found
    assert HERE - found.keys() == set()
    assert not [name for name, value in found.items() if "import:" in value or ("<" in value and name != "MAIL_FROM")]


def test_what_a_template_forgets_its_machines_lack_here_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    templates = read_templates()
    options = templates["web"]["Resources"]["Web"]["Properties"]["OptionSettings"]
    kept_ones = [row for row in options if row.get("OptionName") != "REDIS_URL"]
    templates["web"]["Resources"]["Web"]["Properties"]["OptionSettings"] = kept_ones
    monkeypatch.setattr(of_templates, "read_templates", lambda: templates)
    ours = environment(tmp_path, Ports(), {})

    assert "REDIS_URL" not in variables("web", ours, ours)
    assert "REDIS_URL" in variables("worker", ours, ours)


def test_carts_in_dynamodb_have_their_table(tmp_path: Path) -> None:
    ours = environment(tmp_path, Ports(), {})

    assert variables("web", {**ours, "CART_STORE": "dynamodb"}, ours)["CARTS_TABLE"] == "carts"
