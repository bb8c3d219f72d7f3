"""One-shot parts that make an empty database a shop: the schema, the catalogue, the demo accounts."""

import hashlib
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.local.keepsakes import kept_secrets
from deploy.local.mariadb import database_url
from deploy.local.part import Part, Stamp
from deploy.local.place import CHECKOUT, Place
from deploy.local.ports import Ports

MIGRATE = "migrate"
FIRST_DATA = (MIGRATE, "seed", "staff", "shopper")
MANAGER, SHOPPER = "manager@example.com", "shopper@example.com"
PASSWORD_BYTES = 12


def demo_accounts(place: Place) -> dict[str, str]:
    """E-mail address -> password; made on the first call."""
    return kept_secrets(place.demo, (MANAGER, SHOPPER), PASSWORD_BYTES)


def first_data_parts(place: Place, ports: Ports, environ: Mapping[str, str]) -> tuple[Part, ...]:
    """Left out on later starts, unless their source changed or the database is not the stack's own."""
    sources = [*_files("shared/seed"), CHECKOUT / "shared/domain/search.py"]  # the second makes the search's index
    is_ours = environ["DATABASE_WRITER_URL"] == database_url(ports.mariadb)
    manager = ("-m", "shared.staff_command", "add", MANAGER, "--role", "manager", "--password-stdin")
    shopper = ("-m", "shared.demo_shopper", SHOPPER)
    passwords = demo_accounts(place)
    return (
        Part(
            name=MIGRATE,
            command=(sys.executable, "-m", "shared.migrate"),
            environment=environ,
            needs=("mariadb",),
            stamp=_stamp(place, MIGRATE, _files("shared/migrations")) if is_ours else None,
        ),
        Part(
            name="seed",
            command=(sys.executable, "-m", "shared.seed"),
            environment=environ,
            needs=(MIGRATE,),
            stamp=_stamp(place, "seed", sources) if is_ours else None,
        ),
        Part(
            name="staff",
            command=(sys.executable, *manager),
            environment=environ,
            needs=(MIGRATE,),
            input_text=f"{passwords[MANAGER]}\n",
            stamp=_stamp(place, "staff", [place.demo]) if is_ours else None,
        ),
        Part(
            name="shopper",
            command=(sys.executable, *shopper),
            environment=environ,
            needs=(MIGRATE,),
            input_text=f"{passwords[SHOPPER]}\n",
            stamp=_stamp(place, "shopper", [place.demo]) if is_ours else None,
        ),
    )


def _files(folder: str) -> list[Path]:
    return [path for path in (CHECKOUT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"]


def _stamp(place: Place, name: str, files: Iterable[Path]) -> Stamp:
    """Lies in the database's data folder, so that it goes away with it."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return Stamp(place.mysql / f"{name}.done", digest.hexdigest())
