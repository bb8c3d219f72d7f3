"""The shop's own parts: the worker tier, and storefronts, which open last."""

import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.backing import BACKING
from deploy.local.first_data import FIRST_DATA, MIGRATE
from deploy.local.part import Part
from deploy.local.place import CHECKOUT, Place
from deploy.local.ports import Ports
from deploy.local.probes import answers_200, says_ready

WORKER_QUEUES = ("orders", "documents", "media")
SCHEDULE = CHECKOUT / "deploy/beanstalk-worker/cron.yaml"
WORKER_STOP_S = 7  # how long a running task may take before its process is killed; its step is taken up again


def tier_parts(place: Place, ports: Ports, environ: Mapping[str, str]) -> tuple[Part, ...]:
    """Both tiers, with one storefront."""
    workers = worker_parts(place, ports, environ)
    return (*workers, storefront_part(1, ports.storefront, environ, tuple(part.name for part in workers)))


def worker_parts(place: Place, ports: Ports, environ: Mapping[str, str]) -> tuple[Part, ...]:
    """The worker tier."""
    return (*worker_processes(ports, environ), *worker_daemon(place, environ, ports.worker_http))


def worker_processes(ports: Ports, environ: Mapping[str, str]) -> tuple[Part, ...]:
    """One a queue, and the HTTP process."""
    return (*(_worker(queue, environ) for queue in WORKER_QUEUES), _worker_http(ports, environ))


def worker_daemon(place: Place, environ: Mapping[str, str], port: int, schedule: Path = SCHEDULE) -> tuple[Part, ...]:
    """The daemon that knocks at this port; none on AWS's own queues, as its stand-in cannot sign its calls."""
    return (_worker_daemon(place, environ, port, schedule),) if environ["SQS_ENDPOINT_URL"] else ()


def storefront_part(number: int, port: int, environ: Mapping[str, str], opens_after: tuple[str, ...]) -> Part:
    return Part(
        name=f"storefront-{number}",
        command=(sys.executable, "-m", "storefront", "--port", str(port)),
        environment=environ,
        probe=answers_200(port, "/readyz"),
        needs=BACKING,
        opens_after=(*FIRST_DATA, *opens_after),
        ports=(port,),
    )


def _worker(queue: str, environ: Mapping[str, str]) -> Part:
    return Part(
        name=f"worker-{queue}",
        command=(sys.executable, "-m", "workers", queue),
        environment=environ,
        probe=says_ready,
        needs=(*BACKING, MIGRATE),
        opens_after=FIRST_DATA,
        stop_s=WORKER_STOP_S,
    )


def _worker_http(ports: Ports, environ: Mapping[str, str]) -> Part:
    return Part(
        name="worker-http",
        command=(sys.executable, "-m", "workers.http", "--port", str(ports.worker_http)),
        environment=environ,
        probe=answers_200(ports.worker_http, "/readyz"),
        needs=(*BACKING, MIGRATE),
        opens_after=FIRST_DATA,
        ports=(ports.worker_http,),
    )


def _worker_daemon(place: Place, environ: Mapping[str, str], port: int, schedule: Path) -> Part:
    """Times as in the real environment of the worker tier, but for the visibility time-out, which is the shop's."""
    visibility_s = int(environ["VISIBILITY_S"])
    return Part(
        name="worker-daemon",
        command=(
            *(sys.executable, "-m", "deploy.local.daemon"),
            *("--queue-url", environ["WORKER_QUEUE_URL"], "--endpoint", environ["SQS_ENDPOINT_URL"]),
            *("--region", environ["AWS_REGION"], "--target", f"http://127.0.0.1:{port}/worker"),
            *("--cron", str(schedule), "--leader-file", str(place.run / "worker-daemon.leader")),
            *("--connections", "4", "--wait-s", environ["SQS_WAIT_S"], "--error-visibility-s", "10"),
            *("--visibility-s", str(visibility_s), "--inactivity-s", str(visibility_s * 5 / 6)),
        ),
        environment=environ,
        probe=says_ready,
        needs=("sqs",),
        opens_after=("worker-http",),
    )
