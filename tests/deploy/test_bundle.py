"""What is in the bundles, and what is refused before it gets to an instance."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deploy.local.faults import StackFault
from deploy.release.bundle import SOURCES, TIERS, make
from deploy.release.bundling import bundle, checked
from deploy.release.commit import current, named
from tests.deploy.repositories import commit_all, git
from tests.deploy.unpacking import entries

HOOKS = ".platform/hooks/prebuild"
BOTH_HOOKS = f"deploy/beanstalk-both/{HOOKS}"
WEB = "deploy/beanstalk-web"
MIGRATE = ".ebextensions/10-migrate.config"
PLATFORM = {
    "web": {".ebextensions", ".platform", "Procfile", "metrics", "requirements.txt", "single"},
    "worker": {".ebextensions", ".platform", "Procfile", "cron.yaml", "requirements.txt", "scripts"},
}
CODE = {"web": {"shared", "storefront", "workers"}, "worker": {"shared", "workers"}}


@pytest.mark.parametrize("tier", TIERS)
def test_the_same_commit_is_the_same_bytes_wherever_and_whenever_it_is_made(
    repository: Path, copy: Path, tier: str
) -> None:
    for path in copy.rglob("*.py"):
        os.utime(path, (1, 1))
        path.chmod(0o777)

    assert make(named(copy, "HEAD"), tier) == make(named(repository, "HEAD"), tier)


@pytest.mark.parametrize("tier", TIERS)
def test_another_commit_of_the_same_contents_differs_in_dates_alone(copy: Path, tier: str) -> None:
    before = make(named(copy, "HEAD"), tier)
    git(copy, "commit", "-q", "--amend", "--no-edit", "--date", "2026-11-30T00:00:00Z")

    after = make(named(copy, "HEAD"), tier)

    assert (after.digest, after.label == before.label) == (before.digest, False)


@pytest.mark.parametrize("tier", TIERS)
def test_a_bundle_has_code_and_platform_files_and_nothing_else(repository: Path, tier: str) -> None:
    found = entries(make(named(repository, "HEAD"), tier))

    assert {path.split("/")[0] for path in found} == CODE[tier] | PLATFORM[tier]
    assert not [path for path in found if path.split("/")[-1].startswith(("test_", "conftest"))]


def test_what_lies_beside_the_commit_stays_at_home(copy: Path) -> None:
    (copy / "shared/__pycache__").mkdir()
    (copy / "shared/__pycache__/secret.pyc").write_bytes(b"local")
    (copy / "notes.txt").write_text("local")

    assert "shared/__pycache__/secret.pyc" not in entries(make(current(copy, *SOURCES), "web"))


@pytest.mark.parametrize("tier", TIERS)
def test_hooks_may_be_run_and_the_rest_may_not(repository: Path, tier: str) -> None:
    found = entries(make(named(repository, "HEAD"), tier))

    modes = {path: entry.external_attr >> 16 for path, entry in found.items()}
    assert {path for path, mode in modes.items() if mode == 0o100755} == {
        path for path in found if path.endswith(".sh")
    }
    assert {mode for path, mode in modes.items() if not path.endswith(".sh")} == {0o100644}
    assert len([path for path in found if path.startswith(f"{HOOKS}/")]) == (6 if tier == "web" else 4)


def test_files_carry_the_time_of_the_commit(repository: Path) -> None:
    times = {entry.date_time for entry in entries(make(named(repository, "HEAD"), "web")).values()}

    assert times == {(2026, 11, 29, 10, 34, 56)}  # UTC


@pytest.mark.parametrize("tier", TIERS)
def test_a_bundle_is_small(repository: Path, tier: str) -> None:
    made = make(named(repository, "HEAD"), tier)

    assert len(made.data) < 8_000_000
    others = [entry.compress_size for path, entry in entries(made).items() if "/fonts/" not in path]
    assert sum(others) < 3_000_000


def test_the_requirements_are_those_that_were_locked(repository: Path) -> None:
    (found,) = named(repository, "HEAD").files("requirements/runtime.lock")

    assert entries(make(named(repository, "HEAD"), "worker"))["requirements.txt"].file_size == len(found.data)
    assert b"--hash=sha256:" in found.data


def test_both_zips_are_written_under_the_name_of_the_commit(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    label = git(repository, "rev-parse", "HEAD")[:12]

    assert bundle(repository, tmp_path) == 0

    assert sorted(path.name for path in tmp_path.iterdir()) == [f"web-{label}.zip", f"worker-{label}.zip"]
    assert (tmp_path / f"web-{label}.zip").read_bytes() == make(named(repository, "HEAD"), "web").data
    assert f"version {label}. To AWS with it: ./shop deploy ENV" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("shared/cache.py", "not committed: shared/cache.py. A bundle is made of a commit: commit or stash first"),
        ("shared/new.py", "not committed: shared/new.py. A bundle is made of a commit: commit or stash first"),
    ],
)
def test_what_is_not_committed_is_named_and_nothing_is_made(copy: Path, tmp_path: Path, path: str, said: str) -> None:
    (copy / path).write_text("changed")

    with pytest.raises(StackFault) as refused:
        bundle(copy, tmp_path / "bundles")

    assert str(refused.value) == said
    assert not (tmp_path / "bundles").exists()


def test_of_many_changes_three_are_named(copy: Path) -> None:
    for name in "abcde":
        (copy / "shared" / f"{name}.py").write_text("")

    with pytest.raises(StackFault, match=r"shared/a\.py, shared/b\.py, shared/c\.py and 2 more"):
        current(copy, *SOURCES)


@pytest.mark.usefixtures("git")
def test_without_a_repository_there_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(StackFault, match="a bundle is made of a commit of this repository, and git says: fatal: not a"):
        current(tmp_path, *SOURCES)


def test_a_link_is_refused(light_copy: Path) -> None:
    (light_copy / "shared/link.py").symlink_to("cache.py")
    commit_all(light_copy)

    with pytest.raises(StackFault, match=r"shared/link\.py is a link"):
        checked(named(light_copy, "HEAD"))


def replaced(path: str, old: str, new: str) -> Callable[[Path], object]:
    def change(root: Path) -> None:
        text = (root / path).read_bytes()
        assert old.encode() in text
        (root / path).write_bytes(text.replace(old.encode(), new.encode()))

    return change


def added(path: str, data: bytes = b"") -> Callable[[Path], object]:
    def change(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)

    return change


def removed(path: str) -> Callable[[Path], object]:
    return lambda root: (root / path).unlink()


SECRET = "AKIA" + "ABCDEFGHIJKLMNOP"
BROKEN: Mapping[str, tuple[Callable[[Path], object], str]] = {
    "no Procfile": (removed(f"{WEB}/Procfile"), "web: Procfile is missing"),
    "no schedule": (removed("deploy/beanstalk-worker/cron.yaml"), "worker: cron.yaml is missing"),
    "no migration": (removed(f"{WEB}/{MIGRATE}"), f"web: {MIGRATE} is missing"),
    "another first process": (
        added(f"{WEB}/Procfile", b"shop: exec python -m storefront\n"),
        "web: Procfile: the first process must be web",
    ),
    "no process": (added(f"{WEB}/Procfile", b"web: true\nshop\n"), "web: Procfile: 'shop' is no process"),
    "a process that is not there": (
        added(f"{WEB}/Procfile", b"web: exec python -m storefont\n"),
        "web: Procfile starts storefont, which is not inside",
    ),
    "a migration that is not inside": (
        removed("shared/migrate.py"),
        f"web: {MIGRATE} starts shared.migrate, which is not inside",
    ),
    "a hook that may not run": (
        lambda root: (root / BOTH_HOOKS / "20_seller.sh").chmod(0o644),
        f"worker: {HOOKS}/20_seller.sh may not be run: git update-index --chmod=+x",
    ),
    "a hook without interpreter": (
        replaced(f"{BOTH_HOOKS}/20_seller.sh", "#!/bin/bash\n", ""),
        f"web: {HOOKS}/20_seller.sh does not say what runs it",
    ),
    "a hook's file is gone": (
        removed("deploy/beanstalk-worker/scripts/drain-watch.sh"),
        f"worker: {HOOKS}/50_stop.sh names scripts/drain-watch.sh, which is not inside",
    ),
    "line ends of Windows": (
        replaced(f"{BOTH_HOOKS}/20_seller.sh", "\n", "\r\n"),
        f"web: {HOOKS}/20_seller.sh has line ends of Windows",
    ),
    "a key of AWS": (added("shared/keys.py", SECRET.encode()), "worker: shared/keys.py has a secret in it"),
    "a private key": (
        added("workers/signing.txt", b"-----BEGIN RSA " + b"PRIVATE KEY-----"),
        "web: workers/signing.txt has a secret in it",
    ),
    "a test": (added("shared/test_cart.py"), "web: shared/test_cart.py is nothing for an instance"),
    "a local file": (added("storefront/.env"), "web: storefront/.env is nothing for an instance"),
    "too much": (
        added("workers/film.bin", os.urandom(8_000_000)),
        "web: it has ",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_would_fail_on_an_instance_is_refused(light_copy: Path, name: str) -> None:
    change, said = BROKEN[name]
    change(light_copy)
    commit_all(light_copy)

    with pytest.raises(StackFault) as refused:
        checked(named(light_copy, "HEAD"))

    first, *faults = str(refused.value).splitlines()
    assert first == "the bundles would not run. Put this right and commit it:"
    assert any(line.startswith(f"  {said}") for line in faults), faults
