"""The whole database as it was at one moment, read row by row: for backups. Blocks, as no loop waits for it.

The snapshot is InnoDB's: writers are not held up, and what they write meanwhile is not in it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions
from pymysql.cursors import SSCursor

from shared.mysql import MySql

ROWS = 2000  # read and kept in memory at once
AS_TEXT = (FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP, FIELD_TYPE.DATE, FIELD_TYPE.TIME, FIELD_TYPE.NEWDECIMAL)
OWN = "schema_version"  # migrations write it
# A slow disk below the archive must not end the transaction: not by idleness, nor by the time one SELECT takes.
SESSION = (
    "SET time_zone = '+00:00', wait_timeout = 600, net_write_timeout = 600 "
    "/*M!100300 , max_statement_time = 0, idle_transaction_timeout = 0, idle_readonly_transaction_timeout = 0 */"
)


class Snapshot:
    """`with Snapshot(url) as snapshot`: everything it tells is of the moment the block began.

    Raises:
        pymysql.MySQLError: the database does not answer, or the schema was changed meanwhile.
    """

    def __init__(self, url: str) -> None:
        self._connection: Any = MySql(url).connect_blocking(
            charset="utf8mb4",
            connect_timeout=5,
            init_command=SESSION,
            conv=conversions | dict.fromkeys(AS_TEXT, str),
        )

    def __enter__(self) -> "Snapshot":
        # With READ COMMITTED, the shop's own level, there is no snapshot, whatever the second statement says.
        self._all("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        self._all("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def revision(self) -> str:
        return str(self._all(f"SELECT version_num FROM {OWN}")[0][0])

    def tables(self) -> dict[str, list[str]]:
        """Every table's columns, in their order."""
        found: dict[str, list[str]] = {}
        for table, column in self._all(
            "SELECT t.table_name, c.column_name FROM information_schema.tables t JOIN information_schema.columns c "
            "ON c.table_schema = t.table_schema AND c.table_name = t.table_name WHERE t.table_schema = DATABASE() "
            "AND t.table_type = 'BASE TABLE' ORDER BY t.table_name, c.ordinal_position"
        ):
            if table != OWN:
                found.setdefault(table, []).append(column)
        return found

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
        """All rows, at most ROWS at once; times and decimals as the server writes them."""
        with self._connection.cursor(SSCursor) as cursor:
            cursor.execute(f"SELECT {', '.join(f'`{column}`' for column in columns)} FROM `{table}`")
            while rows := cursor.fetchmany(ROWS):
                yield list(rows)

    def _all(self, sql: str) -> Sequence[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())
