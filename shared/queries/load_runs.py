"""Load runs: opened once, ended once, and gone with the purge."""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.db import Connection, Reads, utc


@dataclass(frozen=True, kw_only=True)
class LoadRun:
    """A run that was opened and not purged; expires_at: the latest end of a token that was seen."""

    run: str
    started_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


async def open_run(connection: Connection, run: str, expires_s: int) -> None:
    """A name that is used breaks a UNIQUE key."""
    await connection.execute(
        "INSERT INTO test_runs (run, started_at, expires_at) VALUES (%s, UTC_TIMESTAMP(6), %s)",
        (run, _stored(expires_s)),
    )


async def find_run(connection: Reads, run: str) -> LoadRun | None:
    """A run; None when there is none, or when it is being purged."""
    row = await connection.row(
        "SELECT run, started_at, expires_at, ended_at FROM test_runs WHERE run = %s AND purging_at IS NULL", (run,)
    )
    if row is None:
        return None
    times = {name: row[name] and utc(row[name]) for name in ("started_at", "expires_at", "ended_at")}
    return LoadRun(**row | times)


async def prolong_run(connection: Connection, run: str, expires_s: int) -> None:
    """A token that holds longer was seen."""
    await connection.execute(
        "UPDATE test_runs SET expires_at = GREATEST(expires_at, %s) WHERE run = %s", (_stored(expires_s), run)
    )


async def end_run(connection: Connection, run: str) -> None:
    """Ended again, it keeps its first end."""
    await connection.execute(
        "UPDATE test_runs SET ended_at = COALESCE(ended_at, UTC_TIMESTAMP(6)) WHERE run = %s AND purging_at IS NULL",
        (run,),
    )


def _stored(moment_s: int) -> datetime:
    return datetime.fromtimestamp(moment_s, UTC).replace(tzinfo=None)
