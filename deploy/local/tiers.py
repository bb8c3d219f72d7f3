"""The shop's own parts: the worker tier, and the storefront that opens last."""

import sys
from collections.abc import Mapping

from deploy.local.backing import BACKING
from deploy.local.first_data import FIRST_DATA, MIGRATE
from deploy.local.part import Part
from deploy.local.ports import Ports
from deploy.local.probes import answers_200, says_ready

WORKER_QUEUES = ("orders", "documents", "media")
WORKERS = (*(f"worker-{queue}" for queue in WORKER_QUEUES), "worker-http")
WORKER_STOP_S = 7  # how long a running task may take before its process is killed; its step is taken up again


def tier_parts(ports: Ports, environ: Mapping[str, str]) -> tuple[Part, ...]:
    workers = (_worker(queue, environ) for queue in WORKER_QUEUES)
    return (*workers, _worker_http(ports, environ), _storefront(ports, environ))


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


def _storefront(ports: Ports, environ: Mapping[str, str]) -> Part:
    return Part(
        name="storefront-1",
        command=(sys.executable, "-m", "storefront", "--port", str(ports.storefront)),
        environment=environ,
        probe=answers_200(ports.storefront, "/readyz"),
        needs=BACKING,
        opens_after=(*FIRST_DATA, *WORKERS),
        ports=(ports.storefront,),
    )
