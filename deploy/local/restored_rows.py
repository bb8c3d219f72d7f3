"""A backup's rows, put into an empty database."""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.archive import ArchiveFault, Manifest, Rows, stored
from shared.migrate import migrate
from shared.mysql import MySql

SESSION = (
    "SET time_zone = '+00:00', foreign_key_checks = 0, unique_checks = 0, wait_timeout = 600, sql_notes = 0, "
    "sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO'"
)
COLUMNS = (
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE() "
    "AND table_name <> 'schema_version' ORDER BY ordinal_position"
)
# A mail that was reserved, but not sent yet by the time of the backup, may have been sent since.
DOUBTFUL_MAILS = "UPDATE documents SET state = 'sending' WHERE state = 'reserved' AND message_id IS NOT NULL"
NOTE = (
    "INSERT INTO jobs (name, done_key, state, created_at, done_at) "
    "VALUES ('restore', UTC_TIMESTAMP(6), 'done', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))"
)


def load(database_url: str, parts: Iterable[Manifest | Rows]) -> None:
    """Make the schema of the backup's own revision and fill it; the manifest comes first.

    Raises:
        ArchiveFault: its tables are not those of its revision.
    """
    connection: Any = None
    tables: dict[str, Sequence[str]] = {}
    try:
        for part in parts:
            if isinstance(part, Manifest):
                migrate(database_url, part.revision)
                connection = MySql(database_url).connect_blocking(charset="utf8mb4", init_command=SESSION)
                tables = dict(part.tables)
                _empty(connection, tables)
            else:
                _insert(connection, part, tables[part.table])
        _mark(connection, tables)
    finally:
        if connection:
            connection.close()


def _empty(connection: Any, tables: dict[str, Sequence[str]]) -> None:
    """Delete what the migrations filled in, once the names are known to be the schema's: they become SQL."""
    known: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, column in cursor.fetchall():
            known.setdefault(table, []).append(column)
        if known != {table: list(columns) for table, columns in tables.items()}:
            raise ArchiveFault("its tables are not those of its schema")
        for table in known:
            cursor.execute(f"DELETE FROM `{table}`")  # noqa: S608 (a name that the schema has)
    connection.commit()


def _insert(connection: Any, part: Rows, columns: Sequence[str]) -> None:
    names, marks = ", ".join(f"`{column}`" for column in columns), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO `{part.table}` ({names}) VALUES ({marks})",  # noqa: S608 (names that the schema has)
            [[stored(value) for value in row] for row in part.rows],
        )
    connection.commit()


def _mark(connection: Any, tables: dict[str, Sequence[str]]) -> None:
    """Whoever sends a mail after this asks first whether it was sent: the ledger is older than the mailbox."""
    with connection.cursor() as cursor:
        cursor.execute(DOUBTFUL_MAILS)
        if "jobs" in tables:  # a younger table than backups of the first releases
            cursor.execute(NOTE)
    connection.commit()
