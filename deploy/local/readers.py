"""`run --readers N`: N replicas of the stack's own MariaDB, as the database on AWS has readers.

Each start of a stack makes them anew: before the writer itself is started, its data folder is copied for each of them.
So nothing of an older database (deleted, restored, or run without them for a while) can come back through a reader.
While the stack runs they go on from where they are, whatever dies.
"""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from deploy.local import mariadb, replication
from deploy.local.part import Part
from deploy.local.place import Place
from deploy.local.ports import Ports

MOST_READERS = 4
NOT_COPIED = shutil.ignore_patterns("*.done", "*.sock", "*.pid")
HINT = "Each start makes it anew: ./shop stop, then ./shop run"
READY_S, STOP_S = 20, 20


class Readers:
    """The replicas of one stack.

    Attributes:
        names: by their numbers, 1 to N.
        delays_s: by their names, how far each has to stay behind; one that is started again begins so.
    """

    def __init__(self, place: Place, ports: Ports, count: int = 0) -> None:
        self._place = place
        self._ports = ports
        self.names = {number: f"mariadb-reader-{number}" for number in range(1, count + 1)}
        self.delays_s = dict.fromkeys(self.names.values(), 0)
        self._are_made = False

    def port(self, name: str) -> int:
        return next(self._ports.reader(number) for number, own in self.names.items() if own == name)

    def offered_to(self, given: Mapping[str, str]) -> dict[str, str]:
        """The variables that were given, and the readers' addresses unless those are among them."""
        urls = [mariadb.database_url(self._ports.reader(number)) for number in self.names]
        return {**({"DATABASE_READER_URL": ",".join(urls)} if urls else {}), **given}

    def parts(self, environ: Mapping[str, str]) -> tuple[Part, ...]:
        """They start side by side, once the writer is ready, and end before it.

        Raises:
            StackFault: MariaDB is not installed.
        """
        return tuple(self._part(number, environ) for number in self.names)

    def followed(self, writer: Part) -> Part:
        """The writer's part, changed so that they can be made and can follow it."""
        if not self.names and not replication.keeps_log(self._place.mysql):
            return writer
        flags = replication.writer_flags(self._init_file(writer.name))
        return replace(writer, command=(*writer.command, *flags), prepare=partial(self._prepare_writer, writer))

    def read_by(self, part: Part) -> Part:
        """A part of the shop, which starts after them and ends before them."""
        return replace(part, needs=(*part.needs, *self.names.values()))

    def _part(self, number: int, environ: Mapping[str, str]) -> Part:
        name, port, folder = self.names[number], self._ports.reader(number), self._folder(number)
        command = mariadb.server_command(mariadb.find_installation(), folder, port)
        return Part(
            name=name,
            command=(*command, *replication.replica_flags(number, self._init_file(name))),
            environment=environ,
            probe=replication.follows(port),
            needs=("mariadb",),
            ports=(port,),
            prepare=partial(self._prepare, number),
            hint=HINT,
            ready_s=READY_S,
            stop_s=STOP_S,
        )

    def _folder(self, number: int) -> Path:
        return self._place.readers / str(number)

    def _init_file(self, name: str) -> Path:
        return self._place.run / f"{name}.sql"

    def _prepare_writer(self, writer: Part) -> None:
        """Before each start of the writer; its data is copied before the first one only, as nobody writes there yet."""
        data = self._place.mysql
        if writer.prepare:
            writer.prepare()
        if not self._are_made:
            (data / replication.POSITION).unlink(missing_ok=True)
            shutil.rmtree(self._place.readers, ignore_errors=True)
            for number in self.names:
                shutil.copytree(data, self._folder(number), ignore=NOT_COPIED)
            self._are_made = True
        self._init_file(writer.name).write_text(replication.writer_sql(data), encoding="utf-8")

    def _prepare(self, number: int) -> None:
        replication.forget_fetched(self._folder(number))
        name, position = self.names[number], (self._place.mysql / replication.POSITION).read_text(encoding="utf-8")
        sql = replication.replica_sql(position.strip(), self._ports.mariadb, self.delays_s[name])
        self._init_file(name).write_text(sql, encoding="utf-8")
