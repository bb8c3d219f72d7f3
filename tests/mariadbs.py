"""A MariaDB of a test's own, with a certificate, and with a password that changes."""

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.local import mariadb
from shared.mysql import MySql
from tests.certificates import Certificate
from tests.waiting import free_port, until_open

STOP_S = 20


class MariaDb:
    def __init__(self, port: int) -> None:
        self.port = port
        self.password = mariadb.PASSWORD

    def url(self, parameters: str = "", host: str = "127.0.0.1") -> str:
        """Its address without a password, to which the parameters may give one."""
        return f"mysql://{mariadb.USER}@{host}:{self.port}/{mariadb.DATABASE}?{parameters}"

    def signed_url(self, parameters: str = "", host: str = "127.0.0.1") -> str:
        return self.url(parameters, host).replace("@", f":{self.password}@")

    def change_password(self, password: str) -> None:
        """The same user has another one from now on; connections that are open stay open."""
        connection = MySql(self.signed_url()).connect_blocking()
        with connection.cursor() as cursor:
            cursor.execute("SET PASSWORD = PASSWORD(%s)", (password,))
        connection.close()
        self.password = password


@asynccontextmanager
async def running_mariadb(folder: Path, certificate: Certificate) -> AsyncIterator[MariaDb]:
    installation, port = mariadb.find_installation(), free_port()
    mariadb.make_data_folder(installation, folder / "mysql")
    tls = ("--ssl", f"--ssl-cert={certificate.certificate}", f"--ssl-key={certificate.key}")
    with (folder / "mariadb.log").open("wb") as log:
        process = subprocess.Popen(
            [*mariadb.server_command(installation, folder / "mysql", port), *tls], stdout=log, stderr=log, cwd=folder
        )
    try:
        await until_open(port)
        yield MariaDb(port)
    finally:
        process.terminate()
        process.wait(STOP_S)
