"""The hooks of the bundles, run on a stand-in of an instance."""

from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from tests.deploy.machine import Machine, instance_metadata
from tests.deploy.templates import DEPLOY

BOTH = DEPLOY / "beanstalk-both/.platform/hooks/prebuild"
WEB = DEPLOY / "beanstalk-web"
WORKER = DEPLOY / "beanstalk-worker"
WEB_HOOKS, WORKER_HOOKS = (tier / ".platform/hooks/prebuild" for tier in (WEB, WORKER))
EFS = {"MEDIA_STORE": "efs", "EFS_ID": "fs-1", "EFS_PICTURES": "fsap-1", "EFS_DOCUMENTS": "fsap-2"}
EBS = {"MEDIA_STORE": "ebs", "EBS_ID": "vol-1", "AWS_REGION": "eu-central-1", "POLL": "0"}
INSTANCE = {"instance-id": "i-1", "placement/region": "eu-central-1"}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def disk_of(machine: Machine) -> Path:
    return machine.folder / "disks" / "nvme-Amazon_Elastic_Block_Store_vol1"


def test_pictures_and_documents_are_mounted_from_their_access_points_once(machine: Machine) -> None:
    for _ in range(2):
        assert machine.run(BOTH / "10_files.sh", EFS).returncode == 0

    media = machine.folder / "media"
    assert machine.fstab.read_text("utf-8").splitlines() == [
        f"fs-1:/ {media}/pictures efs _netdev,tls,iam,accesspoint=fsap-1 0 0",
        f"fs-1:/ {media}/documents efs _netdev,tls,iam,accesspoint=fsap-2 0 0",
    ]
    assert f"mount {media}/documents" in machine.calls


@pytest.fixture
def restored(machine: Machine) -> Path:
    """A file system into which AWS Backup has restored twice; mounting it as a whole shows it."""
    whole = machine.folder / "restored"
    for restore in ("aws-backup-restore_2026-01-01T00-00-00-000Z", "aws-backup-restore_2026-02-01T00-00-00-000Z"):
        for name in ("pictures", "documents"):
            (whole / restore / name).mkdir(parents=True)
            (whole / restore / name / "from").write_text(restore[19:26], "utf-8")
    last = "for last; do :; done"
    shown = f'{last}; case "$*" in "-t efs -o tls fs-1:/ "*) rmdir "$last"; ln -s "{whole}" "$last" ;; esac'
    machine.program("mount", shown)
    machine.program("umount", f'{last}; rm "$last"; mkdir "$last"')
    return whole


def test_restored_files_are_put_where_the_access_points_look_before_these_are_mounted(
    machine: Machine, restored: Path
) -> None:
    for _ in range(2):  # the second deployment finds all in its place
        done = machine.run(BOTH / "10_files.sh", {**EFS, "EFS_RESTORED": "true", "TMPDIR": str(machine.folder)})
        assert (done.returncode, done.stderr) == (0, "")

    assert {name: (restored / name / "from").read_text("utf-8") for name in ("pictures", "documents")} == {
        "pictures": "2026-02",
        "documents": "2026-02",
    }
    whole, away, pictures, *_ = [call for call in machine.calls if call.startswith(("mount ", "umount "))]
    assert whole.startswith("mount -t efs -o tls fs-1:/ ")
    assert away.startswith("umount ")
    assert pictures == f"mount {machine.folder}/media/pictures"
    assert list(machine.folder.glob("tmp.*")) == []


def test_files_that_are_in_their_place_are_not_touched(machine: Machine, restored: Path) -> None:
    for name in ("pictures", "documents"):
        (restored / name).mkdir()

    assert machine.run(BOTH / "10_files.sh", {**EFS, "EFS_RESTORED": "true"}).returncode == 0

    assert [list((restored / name).iterdir()) for name in ("pictures", "documents")] == [[], []]


def test_what_is_mounted_already_stays(machine: Machine) -> None:
    machine.program("mountpoint", "exit 0")

    assert machine.run(BOTH / "10_files.sh", EFS).returncode == 0
    assert not [call for call in machine.calls if call.startswith("mount ")]


def test_the_tools_of_efs_are_installed_where_the_image_lacks_them(machine: Machine) -> None:
    machine.program("rpm", "exit 1")

    machine.run(BOTH / "10_files.sh", EFS)

    assert "dnf -yq install amazon-efs-utils" in machine.calls


def test_a_hook_without_its_variable_fails_before_it_changes_anything(machine: Machine) -> None:
    done = machine.run(BOTH / "10_files.sh", {**EFS, "MEDIA_STORE": ""})

    assert done.returncode != 0
    assert "MEDIA_STORE" in done.stderr
    assert machine.calls == []


@pytest.mark.parametrize(("found", "formatted"), [(0, False), (2, True)])
def test_only_an_empty_disk_gets_a_file_system(machine: Machine, found: int, formatted: bool) -> None:
    disk_of(machine).touch()
    machine.program("blkid", f"exit {found}")

    assert machine.run(BOTH / "10_files.sh", EBS).returncode == 0
    assert (f"mkfs.xfs {disk_of(machine)}" in machine.calls) == formatted
    assert f"mount {machine.folder / 'media'}" in machine.calls


@pytest.mark.parametrize("trouble", [4, 8])
def test_a_disk_that_cannot_be_read_is_left_alone(machine: Machine, trouble: int) -> None:
    disk_of(machine).touch()
    machine.program("blkid", f"exit {trouble}")

    done = machine.run(BOTH / "10_files.sh", EBS)

    assert done.returncode != 0
    assert not [call for call in machine.calls if call.startswith(("mkfs", "mount "))]


def test_a_new_instance_waits_for_its_disk_and_takes_it(machine: Machine) -> None:
    machine.program("aws", f'case "$*" in *attach-volume*) touch {disk_of(machine)} ;; esac')
    machine.program("blkid", "exit 0")

    with instance_metadata(INSTANCE) as metadata:
        assert machine.run(BOTH / "10_files.sh", {**EBS, **metadata}).returncode == 0

    assert [call for call in machine.calls if call.startswith("aws ")] == [
        "aws ec2 wait volume-available --region eu-central-1 --volume-ids vol-1",
        "aws ec2 attach-volume --region eu-central-1 --volume-id vol-1 --instance-id i-1 --device /dev/sdf",
    ]


def test_the_seller_is_written_to_the_file_that_the_shop_reads(machine: Machine) -> None:
    file = machine.folder / "etc" / "seller.json"

    machine.run(BOTH / "20_seller.sh", {"SELLER_FILE": str(file), "SELLER_JSON": '{"name": "Ünal & Söhne"}'})

    assert file.read_text("utf-8") == '{"name": "Ünal & Söhne"}\n'


def test_certificates_that_the_image_has_are_not_fetched(machine: Machine) -> None:
    file = machine.folder / "rds.pem"
    file.write_text("known", "utf-8")
    machine.program("curl", "exit 1")

    assert machine.run(BOTH / "30_certificates.sh", {"RDS_CERTIFICATES": str(file)}).returncode == 0
    assert machine.calls == []


def test_half_a_file_of_certificates_is_none(machine: Machine) -> None:
    file = machine.folder / "rds.pem"
    machine.program("curl", 'while [ "$1" != -o ]; do shift; done; echo half >"$2"; exit 18')

    assert machine.run(BOTH / "30_certificates.sh", {"RDS_CERTIFICATES": str(file)}).returncode == 18
    assert not file.exists()


@pytest.mark.parametrize(
    ("hooks", "units"),
    [(WEB_HOOKS, {"web": 45}), (WORKER_HOOKS, {"web": 90, "orders": 90, "documents": 90, "media": 90})],
    ids=["web", "worker"],
)
def test_a_unit_is_asked_to_stop_by_its_main_process_alone(
    machine: Machine, hooks: Path, units: dict[str, int]
) -> None:
    assert machine.run(hooks / "50_stop.sh", {}, where=hooks.parents[2]).returncode == 0

    files = (machine.folder / "units").glob("*.d/10-stop.conf")
    written = {path.parent.name: path.read_text("utf-8") for path in files}
    assert written == {
        f"{unit}.service.d": f"[Service]\nKillMode=mixed\nTimeoutStopSec={seconds}\n" for unit, seconds in units.items()
    }
    assert "systemctl daemon-reload" in machine.calls


def test_a_worker_keeps_watch_for_its_end(machine: Machine) -> None:
    machine.run(WORKER_HOOKS / "50_stop.sh", {}, where=WORKER)

    assert (machine.folder / "programs" / "drain-watch.sh").stat().st_mode & 0o777 == 0o755
    assert machine.calls[-2:] == ["systemctl enable drain-watch.service", "systemctl restart drain-watch.service"]


def test_the_one_instance_runs_workers_and_the_schedule(machine: Machine) -> None:
    bundle = machine.folder / "bundle"
    (bundle / "single").mkdir(parents=True)
    for name in ("Procfile", "single/Procfile"):
        (bundle / name).write_bytes((WEB / name).read_bytes())

    assert machine.run(WEB_HOOKS / "60_single.sh", {"MEDIA_STORE": "ebs"}, where=bundle).returncode == 0

    names = [line.split(":")[0] for line in (bundle / "Procfile").read_text("utf-8").splitlines()]
    assert names == ["web", "worker-http", "orders", "documents", "media"]
    timers = {path.stem.removeprefix("shop-job-") for path in (machine.folder / "units").glob("*.timer")}
    assert timers == {"expire", "close-day", "audit", "purge"}


def test_the_timers_of_the_one_instance_are_those_of_the_schedule() -> None:
    hook = (WEB_HOOKS / "60_single.sh").read_text("utf-8")
    jobs = yaml.safe_load((WORKER / "cron.yaml").read_text("utf-8"))["cron"]
    schedule = {row["name"]: row["schedule"] for row in jobs}

    del schedule["sweep"]  # the 8100 process sweeps by itself
    for name, cron in schedule.items():
        minute, hour, *_ = cron.split()
        calendar = "*:0/5" if minute == "*/5" else f"{int(hour):02}:{int(minute):02}"
        assert f"timer {name} '{calendar} UTC'" in hook


def test_a_storefront_of_a_fleet_runs_no_worker(machine: Machine) -> None:
    assert machine.run(WEB_HOOKS / "60_single.sh", {"MEDIA_STORE": "efs"}).returncode == 0
    assert list((machine.folder / "units").iterdir()) == []


GROUP = 'case "$*" in *describe-auto*) echo group-1 ;; esac'
STOPS = [
    "systemctl stop sqsd.service",
    "systemctl stop orders.service documents.service media.service",
    "systemctl stop web.service",
]


def leave(machine: Machine) -> list[str]:
    """Let Auto Scaling take the instance away; what was done, in short."""
    with instance_metadata({**INSTANCE, "autoscaling/target-lifecycle-state": "Terminated"}) as metadata:
        assert machine.run(WORKER / "scripts/drain-watch.sh", metadata).returncode == 0
    return ["let go" if LET_GO in call else call for call in machine.calls if "aws" not in call or LET_GO in call]


LET_GO = "complete-lifecycle-action --lifecycle-action-result CONTINUE"


def test_a_worker_that_is_taken_away_stops_first_and_says_so_then(machine: Machine) -> None:
    machine.program("aws", GROUP)

    assert leave(machine) == [*STOPS, "let go"]
    assert machine.calls[-1] == (
        f"aws autoscaling {LET_GO} --auto-scaling-group-name group-1 --lifecycle-hook-name drain --instance-id i-1 "
        "--region eu-central-1 --cli-connect-timeout 5 --cli-read-timeout 10"
    )


def test_a_worker_whose_word_is_not_taken_says_it_again(machine: Machine) -> None:
    once = 'case "$*" in *complete*) mkdir "$UNITS/refused" && exit 1 ;; esac'
    machine.program("aws", f"{GROUP}\n{once}\nexit 0")

    assert leave(machine) == [*STOPS, "let go", *STOPS, "let go"]


def test_a_worker_that_has_not_stopped_does_not_say_so(machine: Machine) -> None:
    machine.program("aws", GROUP)
    machine.program("systemctl", 'case "$*" in *documents*) mkdir "$UNITS/asked" && exit 1 ;; esac\nexit 0')

    assert leave(machine) == [*STOPS[:2], *STOPS, "let go"]


def test_a_worker_that_takes_long_asks_for_more_time(machine: Machine) -> None:
    machine.program("aws", GROUP)
    looks = 'for _ in $(seq 100); do grep -q heartbeat "$CALLS" && break; sleep 0.1; done'
    machine.program("systemctl", f'case "$*" in *orders*) {looks} ;; esac')

    assert leave(machine) == [*STOPS, "let go"]
    assert any("record-lifecycle-action-heartbeat --auto-scaling-group-name group-1" in call for call in machine.calls)


def test_metrics_are_sent_under_the_shops_own_name(machine: Machine) -> None:
    config = machine.folder / "agent"

    machine.run(WEB_HOOKS / "40_metrics.sh", {"SHOP_NAME": "shop-prod", "AGENT_CONFIG": str(config)}, where=WEB)

    written = (config / "agent.json").read_text("utf-8")
    assert '"metric_namespace": "shop-prod"' in written
    assert f'"prometheus_config_path": "{config}/prometheus.yaml"' in written
