"""nginx of one machine: the file that its bundle ships, with what only an instance has replaced by the folder's own."""

import os
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.faults import StackFault
from deploy.local.part import Part
from deploy.local.probes import answers_200
from deploy.local.servers import find_server, with_private_libraries

SHIPPED = Path(".platform/nginx")  # in a bundle
UPSTREAM = re.compile(r"127\.0\.0\.1:(\d+)")
MISSING = "nginx is not installed; ./shop run --like-aws fetches it (Debian package nginx)"
GRACEFUL = signal.SIGQUIT  # running requests end first
# Debian's own folders for bodies that are too large for the memory are not there where nginx was only unpacked.
TEMPORARY = "".join(f"{kind}_temp_path {kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))


def upstream_ports(app: Path) -> list[int]:
    """Where on an instance the processes listen that the bundle's nginx passes requests to, in order."""
    return sorted(map(int, UPSTREAM.findall((app / SHIPPED / "nginx.conf").read_text(encoding="utf-8"))))


@dataclass(frozen=True, kw_only=True)
class Nginx:
    """Attributes:
    name: of its part.
    folder: for its configuration and temporary files.
    door: where it listens, 80 on an instance.
    moved: where its machine's processes listen here, by the ports that they have on an instance.
    """

    name: str
    folder: Path
    door: int
    moved: Mapping[int, int] = field(default_factory=dict)

    def part(self, environ: Mapping[str, str], needs: tuple[str, ...]) -> Part:
        """It starts when the processes behind it are ready, and ends before them.

        Raises:
            StackFault: nginx is not installed.
        """
        return Part(
            name=self.name,
            command=self.command("-g", "daemon off;"),
            environment=with_private_libraries(environ),
            probe=answers_200(self.door, "/readyz"),
            needs=needs,
            ports=(self.door,),
            is_quiet=True,  # a line a request, and the balancer asks twice a second
            stop_signal=GRACEFUL,
        )

    def command(self, *options: str) -> tuple[str, ...]:
        """Raises StackFault: nginx is not installed."""
        nginx = str(find_server("nginx", MISSING))
        return (nginx, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", "stderr", *options)

    def configure(self, app: Path) -> None:
        """Write what the platform would put into /etc/nginx for this bundle.

        Raises:
            StackFault: the bundle's file does not say something that has to be replaced.
        """
        snippets = self.folder / "conf.d"
        snippets.mkdir(parents=True, exist_ok=True)
        (snippets / "00-folder.conf").write_text(TEMPORARY, encoding="utf-8")
        (self.folder / "mime.types").write_text("types {}\n", encoding="utf-8")
        shipped = (app / SHIPPED / "nginx.conf").read_text(encoding="utf-8")
        (self.folder / "nginx.conf").write_text(self._fitted(shipped), encoding="utf-8")

    def _fitted(self, shipped: str) -> str:
        ours = {
            "user nginx;": "user root;" if os.geteuid() == 0 else "",
            "/var/log/nginx/error.log": "stderr",
            "/var/log/nginx/access.log": "/dev/stdout",
            "/var/run/nginx.pid": "nginx.pid",
            "/etc/nginx/mime.types": "mime.types",
            "listen 80 ": f"listen 127.0.0.1:{self.door} ",
        }
        for theirs, our in ours.items():
            if theirs not in shipped:
                raise StackFault(f"nginx.conf of the bundle does not say {theirs!r}, which has to be replaced here")
            shipped = shipped.replace(theirs, our)
        return UPSTREAM.sub(lambda found: f"127.0.0.1:{self._where(int(found[1]))}", shipped)

    def _where(self, port: int) -> int:
        """This nginx's own door is no upstream, and stays where it is."""
        return self.moved.get(port, port)
