"""Emptying the database between tests."""

from shared.db import Connection, Database

KEPT = ("schema_version", "number_ranges", "heartbeats")


async def empty_tables(database: Database) -> None:
    """Delete every row and start the number ranges anew; again if a sweep, or what a test gave up, is in the way."""
    await database.retrying(_empty)


async def _empty(connection: Connection) -> None:
    """Children come first by not checking keys."""
    rows = await connection.rows("SHOW TABLES")
    await connection.execute("SET foreign_key_checks = 0")
    try:
        for name in (str(next(iter(row.values()))) for row in rows):
            if name not in KEPT:
                await connection.execute(f"DELETE FROM {name}")  # noqa: S608 (the server's own list of tables)
        await connection.execute("UPDATE number_ranges SET last = 0")
    finally:
        await connection.execute("SET foreign_key_checks = 1")
