"""A private MariaDB: where it is installed, how its data folder is made, how it is started."""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local import disk
from deploy.local.faults import StackFault
from deploy.local.place import PRIVATE_ROOT

USER = DATABASE = "shop"
PASSWORD = "shop"  # noqa: S105 (it listens at the loopback address only)
BOOTSTRAP_S = 120
SYSTEM_TABLES = (
    "*_system_tables.sql",
    "*_performance_tables.sql",
    "*_system_tables_data.sql",
    "maria_add_gis_sp_bootstrap.sql",
    "*_sys_schema.sql",
)
# Each statement on a line of its own: the bootstrap reads line by line.
BEFORE = "create database if not exists mysql;\nuse mysql;\nSET @auth_root_socket=NULL;\n"
AFTER = f"""FLUSH PRIVILEGES;
CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4;
CREATE USER {USER}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON `{DATABASE}%`.* TO {USER}@'127.0.0.1';
"""
MISSING = "MariaDB's server is not installed; ./shop run installs it (Debian package mariadb-server-core)"


@dataclass(frozen=True)
class Installation:
    """The server and the folder of its system tables' SQL and messages."""

    server: Path
    share: Path

    @property
    def base(self) -> Path:
        return self.server.parent.parent

    def flags(self, data: Path) -> list[str]:
        """What the bootstrap and the server both need; `--no-defaults` must come first to keep /etc/mysql out."""
        plugins = sorted(self.base.glob("lib/m*/plugin"))
        return [
            str(self.server),
            "--no-defaults",
            *(["--user=root"] if os.geteuid() == 0 else []),
            f"--basedir={self.base}",
            f"--lc-messages-dir={self.share}",
            f"--character-sets-dir={self.share / 'charsets'}",
            *([f"--plugin-dir={plugins[0]}"] if plugins else []),
            f"--datadir={data}",
            f"--tmpdir={data}",  # at its start a server deletes the temporary tables in there, whosever they are
            "--innodb-log-file-size=16M",
            "--log-warnings=0",
            "--silent-startup",
        ]


def find_installation() -> Installation:
    """Debian's package, another one on the PATH, or the one unpacked below .local/root.

    Raises:
        StackFault: there is none.
    """
    on_path = shutil.which("mariadbd")
    places = [Path("/usr/sbin/mariadbd"), *([Path(on_path)] if on_path else []), PRIVATE_ROOT / "usr/sbin/mariadbd"]
    for server in (place.resolve() for place in places):
        for share in (server.parent.parent / "share" / name for name in ("mariadb", "mysql")):
            if server.is_file() and any(share.glob(SYSTEM_TABLES[0])):
                return Installation(server, share)
    raise StackFault(MISSING)


def make_data_folder(installation: Installation, data: Path) -> None:
    """Make the data folder with the shop's database and user, unless it is there. Blocks for about a second.

    It is made beside its place and renamed, so that a broken first run is never taken for a good one.

    Raises:
        StackFault: the folder cannot be made, or is there and is none of MariaDB's.
    """
    if data.exists():
        _check(data)
        return
    new = data.with_name(f"{data.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True, mode=0o700)
    command = [*installation.flags(new), "--bootstrap", "--enforce-storage-engine=", "--max_allowed_packet=8M"]
    result = subprocess.run(
        command, input=_system_sql(installation), text=True, capture_output=True, timeout=BOOTSTRAP_S, check=False
    )
    if result.returncode:
        raise StackFault(f"MariaDB's data folder {new} could not be made: {_reason(result)}")
    new.rename(data)


def _check(data: Path) -> None:
    if not (data / "mysql").is_dir() or not (data / "ibdata1").is_file():
        raise StackFault(f"{data} is damaged (no MariaDB data in it). ./shop reset makes a new one; its data is lost")


def _system_sql(installation: Installation) -> str:
    files = [next(iter(sorted(installation.share.glob(pattern)))) for pattern in SYSTEM_TABLES]
    return BEFORE + "".join(file.read_text(encoding="utf-8") for file in files) + AFTER


def _reason(result: "subprocess.CompletedProcess[str]") -> str:
    said = result.stderr.splitlines()
    if disk.says_full(result.stderr) or result.returncode == -signal.SIGXFSZ:
        return f"the disk is full. {disk.MAKE_ROOM}"
    lines = [line for line in said if "[ERROR]" in line] or said or [f"exit code {result.returncode}"]
    return f"{lines[0].strip()}. Put that right and start again"


def server_command(installation: Installation, data: Path, port: int) -> tuple[str, ...]:
    """The socket's name is relative: an absolute one in a deep checkout would be longer than the system allows."""
    return (
        *installation.flags(data),
        "--socket=s.sock",
        "--pid-file=mariadbd.pid",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        "--skip-ssl",  # on loopback alone; newer servers make a certificate of their own at each start
        "--innodb-buffer-pool-size=64M",
        "--performance-schema=OFF",
        "--transaction-isolation=READ-COMMITTED",
        "--max-connections=500",
    )


def database_url(port: int) -> str:
    return f"mysql://{USER}:{PASSWORD}@127.0.0.1:{port}/{DATABASE}"
