"""The writer's heartbeat: one row with the time. How far a reader is, is told by the beat that has arrived there."""

from dataclasses import dataclass

from shared.connection import Connection, Reads

EVERY_US = 500_000  # however many processes beat, there is one beat in half a second at most


@dataclass(frozen=True)
class Beat:
    """Seconds since 1970 by the writer's clock: its newest beat, and now."""

    newest: float
    now: float


async def beat(connection: Connection) -> Beat:
    """Beat on the writer. The beat's time is taken before its commit, so whoever sees it sees all that was before."""
    await connection.execute(
        "INSERT INTO heartbeats (id, beat_at) VALUES (1, UTC_TIMESTAMP(6)) ON DUPLICATE KEY UPDATE beat_at = "
        "IF(beat_at < UTC_TIMESTAMP(6) - INTERVAL %s MICROSECOND, UTC_TIMESTAMP(6), beat_at)",
        (EVERY_US,),
    )
    row = await connection.row(
        "SELECT UNIX_TIMESTAMP(beat_at) AS newest, UNIX_TIMESTAMP(UTC_TIMESTAMP(6)) AS now FROM heartbeats WHERE id = 1"
    )
    assert row is not None
    return Beat(float(row["newest"]), float(row["now"]))


async def arrived(connection: Reads) -> float:
    """The newest beat that has arrived at this server; 0 if none ever did."""
    row = await connection.row("SELECT UNIX_TIMESTAMP(beat_at) AS beat FROM heartbeats WHERE id = 1")
    return float(row["beat"]) if row else 0.0
