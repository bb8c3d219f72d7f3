"""Several private MariaDB servers on one machine leave each other alone."""

import asyncio
from pathlib import Path

from deploy.local.mariadb import find_installation, make_data_folder
from shared.db import Database


async def test_a_server_that_starts_leaves_the_temporary_tables_of_others_alone(
    database: Database, tmp_path: Path
) -> None:
    async with database.writer() as connection:
        await connection.execute("SET SESSION wait_timeout = 60")
        await connection.execute("CREATE TEMPORARY TABLE numbers (n INT) ENGINE = Aria")

        await asyncio.to_thread(make_data_folder, find_installation(), tmp_path / "mysql")

        await connection.execute("DROP TABLE numbers")  # fails if its files are gone
