"""MariaDB's replication by GTID: what a writer and a replica are started with, and what a replica is asked and told.

A server is told by its init file at each start, so nothing has to be done to it afterwards. A replica remembers in its
own InnoDB tables how far it has come: killed at any moment it goes on from there, and fetches again what it had fetched
or its log had lost by then. That is why it need not flush its log at each commit.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomysql
import pymysql

from deploy.local.faults import StackFault
from deploy.local.part import Output, Probe

HOST = "127.0.0.1"
USER = "replica"
PASSWORD = "replica"  # noqa: S105 (the servers listen at the loopback address only)
ANSWER_S = 3.0
CHANGE_S = 15.0
KEPT_S = 86400  # how long the writer keeps its log: a replica that was down for longer is made anew by the next start
FIRST_REPLICA_ID = 11  # of the servers' numbers; the writer is 1

ACCOUNT = f"""SET sql_log_bin = 0;
CREATE USER IF NOT EXISTS {USER}@'{HOST}' IDENTIFIED BY '{PASSWORD}';
GRANT REPLICATION SLAVE, REPLICATION SLAVE ADMIN, SLAVE MONITOR ON *.* TO {USER}@'{HOST}';
"""
POSITION = "gtid.position"  # the file, in a writer's data folder, that says where its log ended before anybody wrote
TELL_POSITION = f"SELECT @@gtid_binlog_pos INTO OUTFILE '{POSITION}';\n"
FETCHED = ("relay*", "*master.info")  # files of a replica that its death may leave broken
FOLLOW = """SET GLOBAL gtid_slave_pos = IF(@@gtid_slave_pos = '', '{position}', @@gtid_slave_pos);
CHANGE MASTER TO MASTER_HOST = '{host}', MASTER_PORT = {port}, MASTER_USER = '{user}', MASTER_PASSWORD = '{password}', \
MASTER_SSL = 0, MASTER_CONNECT_RETRY = 1, MASTER_USE_GTID = slave_pos, MASTER_DELAY = {delay_s};
START SLAVE;
"""
# Without the log of commits a server that was killed cannot tell which of them were promised.
LOG = ("--log-bin=binlog", "--binlog-format=ROW", f"--binlog-expire-logs-seconds={KEPT_S}")


def keeps_log(data: Path) -> bool:
    """Whether the server of this data folder has kept a log of commits, and so must have it at its next start."""
    return (data / "binlog.index").exists()


def writer_flags(init_file: Path) -> tuple[str, ...]:
    return (*LOG, "--server-id=1", f"--init-file={init_file}")


def replica_flags(number: int, init_file: Path) -> tuple[str, ...]:
    """`number`: 1 for the first replica. It too has a log: it may be a copy of a writer that was killed."""
    server_id = FIRST_REPLICA_ID - 1 + number
    return (
        *LOG,
        f"--server-id={server_id}",
        f"--gtid-domain-id={server_id}",  # what it logs itself, as the repair of a table after its death, is no news
        f"--init-file={init_file}",
        "--relay-log=relay",
        "--skip-slave-start",
        "--read-only=ON",
        "--innodb-flush-log-at-trx-commit=0",
    )


def writer_sql(data: Path) -> str:
    """The init file of a writer; at its first start it tells where its log ended, as copies of its data begin there."""
    return ACCOUNT if (data / POSITION).exists() else ACCOUNT + TELL_POSITION


def replica_sql(position: str, writer_port: int, delay_s: int) -> str:
    """The init file of a copy, made at this position, that stays so many seconds behind its writer."""
    follow = FOLLOW.format(
        position=position, host=HOST, port=writer_port, user=USER, password=PASSWORD, delay_s=delay_s
    )
    return ACCOUNT + follow


def forget_fetched(data: Path) -> None:
    """Delete what a replica had fetched: it asks for all that it has not applied."""
    for pattern in FETCHED:
        for path in data.glob(pattern):
            path.unlink()


def follows(port: int) -> Probe:
    """Ready once the replica at this port receives and applies what its writer does."""

    async def probe(_: Output) -> bool:
        try:
            async with asyncio.timeout(ANSWER_S), _cursor(port) as cursor:
                await cursor.execute("SHOW SLAVE STATUS")
                status = await cursor.fetchone()
        except (OSError, TimeoutError, pymysql.MySQLError, asyncio.IncompleteReadError):
            return False
        return bool(status) and status["Slave_IO_Running"] == status["Slave_SQL_Running"] == "Yes"

    return probe


async def delay(port: int, seconds: int) -> None:
    """Have the replica at this port stay so many seconds behind from now on.

    Raises:
        StackFault: it does not obey.
    """
    try:
        async with asyncio.timeout(CHANGE_S), _cursor(port) as cursor:
            for statement in ("STOP SLAVE", f"CHANGE MASTER TO MASTER_DELAY = {seconds:d}", "START SLAVE"):
                await cursor.execute(statement)
    except (OSError, TimeoutError, pymysql.MySQLError, asyncio.IncompleteReadError) as error:
        raise StackFault(
            f"the replica at port {port} does not obey: {error}. Its log in .local/log tells why"
        ) from error


@asynccontextmanager
async def _cursor(port: int) -> AsyncIterator[Any]:
    connection = await aiomysql.connect(
        host=HOST, port=port, user=USER, password=PASSWORD, autocommit=True, cursorclass=aiomysql.DictCursor
    )
    try:
        async with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
