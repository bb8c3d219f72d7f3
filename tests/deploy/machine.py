"""Stand-ins for what only an instance on AWS has; each call of a program is a line of a log."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

BASH = "/bin/bash"
CURL = Path(__file__).with_name("curl.py")
PATIENCE_S = 30
LIBRARIES = os.environ.get("LD_LIBRARY_PATH", "")  # of a Python that was unpacked without root
LOGGED = 'echo "$(basename "$0") $*" >>"$CALLS"'
# Only root may give folders to webapp; here they are made without.
MAKES_FOLDERS = 'for last; do :; done; case "$*" in "-d "*) mkdir -p "$last" ;; *) exec /usr/bin/install "$@" ;; esac'
Done = subprocess.CompletedProcess[str]


class Machine:
    """A folder that stands for an instance: programs that only note how they were called, fstab, disks, units."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.fstab, self._calls = folder, folder / "fstab", folder / "calls"
        for name in ("bin", "disks", "units", "programs", "media"):
            (folder / name).mkdir()
        for path in (self._calls, self.fstab):
            path.touch()
        for name in ("mount", "dnf", "rpm", "systemctl", "aws", "mkfs.xfs"):
            self.program(name)
        self.program("mountpoint", "exit 1")
        self.program("install", MAKES_FOLDERS)
        self._write("curl", _python(CURL))

    @property
    def calls(self) -> list[str]:
        return self._calls.read_text("utf-8").splitlines()

    def program(self, name: str, then: str = "exit 0") -> None:
        """Let a program of this name do `then` after it noted its call."""
        self._write(name, f"{LOGGED}\n{then}")

    def stand_in(self, name: str, file: Path) -> None:
        """Let this file of Python do what a program of this name does, after it noted its call."""
        self.program(name, _python(file))

    def _write(self, name: str, text: str) -> None:
        path = self.folder / "bin" / name
        path.write_text(f"#!{BASH}\n{text}\n", "utf-8")
        path.chmod(0o755)

    def environment(self, given: Mapping[str, str]) -> Mapping[str, str]:
        """What a script finds on this instance, and what is given to it."""
        return {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "CALLS": str(self._calls),
            "FSTAB": str(self.fstab),
            "DISKS": str(self.folder / "disks"),
            "UNITS": str(self.folder / "units"),
            "PROGRAMS": str(self.folder / "programs"),
            "MEDIA_ROOT": str(self.folder / "media"),
            **given,
        }

    def run(self, script: Path, given: Mapping[str, str], where: Path | None = None) -> Done:
        return subprocess.run(
            [BASH, str(script)],
            env=self.environment(given),
            cwd=where or self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )


def _python(file: Path) -> str:
    return f'LD_LIBRARY_PATH="{LIBRARIES}" exec {sys.executable} {file} "$@"'


@contextmanager
def instance_metadata(told: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Serve an instance's own data to whoever asks with a token, as IMDSv2 wants it; yields variables for scripts."""

    class Answers(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self._answer("token" if self.path == "/api/token" else None)

        def do_GET(self) -> None:
            has_token = self.headers.get("X-aws-ec2-metadata-token") == "token"
            self._answer(told.get(self.path.removeprefix("/meta-data/")) if has_token else None)

        def _answer(self, text: str | None) -> None:
            self.send_response(200 if text is not None else 404)
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class calls it so)
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield {
            "IMDS": f"http://127.0.0.1:{server.server_port}",
            "POLL": "0.05",
            "HEARTBEAT": "0.3",
            "NO_PROXY": "127.0.0.1",
        }
        server.shutdown()
        thread.join()
