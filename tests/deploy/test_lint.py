"""What AWS's own linter, the shell's, and the platform's rules say of deploy/."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from cfnlint.api import ManualArgs, lint_file  # type: ignore[import-untyped]

from tests.deploy.templates import DEPLOY, FILES

BUNDLES = tuple(DEPLOY / name for name in ("beanstalk-both", "beanstalk-web", "beanstalk-worker"))
SCRIPTS = tuple(path for bundle in BUNDLES for path in sorted(bundle.rglob("*.sh")))
PROCFILES = (DEPLOY / "beanstalk-web/Procfile", DEPLOY / "beanstalk-worker/Procfile")
MOST_BYTES = 51_200  # of a template that is not fetched from S3
LINE = re.compile(r"[A-Za-z0-9_-]+:\s*[^\s].*")  # the platform's own rule


def processes(procfile: Path) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in procfile.read_text("utf-8").splitlines())


@pytest.mark.parametrize("name", FILES)
def test_cfn_lint_finds_nothing(name: str) -> None:
    found = lint_file(FILES[name], config=ManualArgs(regions=["eu-central-1"]))

    assert [str(match) for match in found] == []


@pytest.mark.parametrize("name", FILES)
def test_a_template_is_no_longer_than_cloudformation_takes_in_a_call(name: str) -> None:
    assert FILES[name].stat().st_size < MOST_BYTES


def test_cfn_lint_would_find_something(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(FILES["data"].read_text("utf-8").replace("8.0.mysql_aurora.3.13.0", "8.0.none"), "utf-8")

    assert {match.rule.id for match in lint_file(broken, config=ManualArgs(regions=["eu-central-1"]))} == {"E3690"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_shellcheck_finds_nothing(script: Path) -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")

    done = subprocess.run([shellcheck, "--severity=style", script], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_can_be_run_and_stops_at_its_first_failure(script: Path) -> None:
    text = script.read_text("utf-8")

    assert os.access(script, os.X_OK)
    assert text.startswith("#!/bin/bash\n")
    assert "\nset -euo pipefail\n" in text
    assert "\r" not in text


def test_hooks_of_both_tiers_do_not_hide_those_that_they_share() -> None:
    shared, *own = [{path.relative_to(bundle) for path in bundle.rglob("*") if path.is_file()} for bundle in BUNDLES]

    assert all(not shared & files for files in own)


@pytest.mark.parametrize("procfile", PROCFILES, ids=lambda path: path.parent.name)
def test_a_procfile_begins_with_web_and_has_lines_that_the_platform_takes(procfile: Path) -> None:
    lines = procfile.read_text("utf-8").splitlines()

    assert lines[0].startswith("web: ")
    assert all(LINE.fullmatch(line) for line in lines)


def test_nginx_passes_requests_to_each_process_of_the_storefront() -> None:
    nginx = (DEPLOY / "beanstalk-web/.platform/nginx/nginx.conf").read_text("utf-8")

    assert processes(PROCFILES[0]) == {"web": "exec python -m storefront --port 8000 --processes 2"}
    assert re.findall(r"server 127\.0\.0\.1:(\d+)", nginx) == ["8000", "8001"]
    assert re.findall(r"proxy_pass (\S+);", nginx) == ["http://storefront"]


def test_the_agent_asks_each_process_of_the_storefront_for_its_metrics() -> None:
    agent = yaml.safe_load((DEPLOY / "beanstalk-web/metrics/prometheus.yaml").read_text("utf-8"))
    nginx = (DEPLOY / "beanstalk-web/.platform/nginx/nginx.conf").read_text("utf-8")

    (scraped,) = agent["scrape_configs"]
    (targets,) = (group["targets"] for group in scraped["static_configs"])
    assert targets == re.findall(r"server (127\.0\.0\.1:\d+)", nginx)


def test_the_worker_has_one_process_a_queue_and_the_door_of_the_daemon() -> None:
    assert processes(PROCFILES[1]) == {
        "web": "exec python -m workers.http --port 8100",
        "orders": "exec python -m workers orders",
        "documents": "exec python -m workers documents",
        "media": "exec python -m workers media",
    }


def test_the_one_instance_runs_the_same_processes_as_a_worker() -> None:
    worker = processes(PROCFILES[1])
    single = processes(DEPLOY / "beanstalk-web/single/Procfile")

    assert single.pop("worker-http") == worker.pop("web")
    assert single == worker


@pytest.mark.parametrize(
    "config", sorted(DEPLOY.glob("beanstalk-*/.ebextensions/*.config")), ids=lambda path: path.name
)
def test_extensions_change_no_option(config: Path) -> None:
    assert "option_settings" not in yaml.safe_load(config.read_text("utf-8"))


def test_one_instance_migrates_before_the_new_release_starts_anywhere() -> None:
    config = yaml.safe_load((DEPLOY / "beanstalk-web/.ebextensions/10-migrate.config").read_text("utf-8"))

    (command,) = config["container_commands"].values()
    assert command["leader_only"] is True
    assert command["command"].endswith("/bin/python -m shared.migrate")
    assert not any("migrate" in path.name for path in (DEPLOY / "beanstalk-worker").rglob("*"))


def test_scale_in_waits_longer_than_a_worker_may_take() -> None:
    config = yaml.safe_load((DEPLOY / "beanstalk-worker/.ebextensions/20-drain.config").read_text("utf-8"))
    stop = (DEPLOY / "beanstalk-worker/.platform/hooks/prebuild/50_stop.sh").read_text("utf-8")

    hook = config["Resources"]["DrainHook"]["Properties"]
    (timeout_s,) = map(int, re.findall(r"TimeoutStopSec=(\d+)", stop))
    watch = (DEPLOY / "beanstalk-worker/scripts/drain-watch.sh").read_text("utf-8")
    assert f"--lifecycle-hook-name {hook['LifecycleHookName']} " in watch
    assert hook["LifecycleTransition"] == "autoscaling:EC2_INSTANCE_TERMINATING"
    assert hook["HeartbeatTimeout"] > timeout_s > 60
