"""Bring the schema up to date: `python -m shared.migrate`.

Alembic with hand-written SQL, one statement a revision, because MySQL commits DDL at once and a half-applied revision
must be impossible. GET_LOCK lets one process migrate while the others wait. Every revision must also work with the
release that is still running (expand first, contract in a later release).
"""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pymysql

from shared import log
from shared.mysql import MySql
from shared.settings import SettingsError, load_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

LOCK_WAIT_S = 120  # longer than any one migration of another process may take
HERE = Path(__file__).parent / "migrations"


class LockNotFree(Exception):
    """Another process has been migrating for longer than we wait."""


def newest_revision() -> str:
    return max(path.name.partition("_")[0] for path in (HERE / "versions").glob("*.py"))


def current_revision(database_url: str) -> str | None:
    """The revision of a database, or None of an empty one. Asked without Alembic, whose import takes a second."""
    connection = MySql(database_url).connect_blocking(connect_timeout=5)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT version_num FROM schema_version")
            row = cursor.fetchone()
            return str(row[0]) if row else None
    except pymysql.err.ProgrammingError:  # no such table: nothing was migrated yet
        return None
    finally:
        connection.close()


def migrate(database_url: str, target: str = "head") -> None:
    """Apply every revision that is missing, alone.

    Args:
        database_url: as server_address has it.
        target: the last revision to apply; an older one than the newest for data of an older release only.
    Raises:
        LockNotFree: somebody else holds the lock for more than LOCK_WAIT_S.
    """
    if current_revision(database_url) == newest_revision():
        return
    from sqlalchemy import create_engine

    server = MySql(database_url)
    session = "SET sql_notes = 0, time_zone = '+00:00'"
    engine = create_engine(
        "mysql+pymysql://", creator=lambda: server.connect_blocking(connect_timeout=5, init_command=session)
    )
    try:
        with engine.connect() as connection:
            _upgrade_alone(connection, server.database, target)
    finally:
        engine.dispose()


def _upgrade_alone(connection: "Connection", database: str, target: str) -> None:
    from alembic import command
    from alembic.config import Config

    name = f"migrate:{database}"
    if connection.exec_driver_sql("SELECT GET_LOCK(%s, %s)", (name, LOCK_WAIT_S)).scalar() != 1:
        raise LockNotFree(f"another process has been migrating for {LOCK_WAIT_S} s")
    try:
        config = Config()
        config.set_main_option("script_location", str(HERE))
        config.attributes["connection"] = connection
        command.upgrade(config, target)
        connection.commit()
    finally:
        connection.exec_driver_sql("SELECT RELEASE_LOCK(%s)", (name,))


def main() -> int:
    try:
        settings = load_settings()
        log.configure(settings.log_format, "migrate")
        migrate(settings.database_writer_url)
    except SettingsError as error:
        sys.stderr.write(f"settings: {error}\n")
        return 2
    except Exception as error:
        logging.getLogger(__name__).error("not migrated: %s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
