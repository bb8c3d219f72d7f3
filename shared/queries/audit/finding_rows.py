"""The worklist of the nightly audit: a row a finding, for as long as it is seen and a while after."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from shared.db import Connection
from shared.queries.sql import in_list


@dataclass(frozen=True)
class Finding:
    kind: str
    subject: str
    detail: str


async def note_findings(connection: Connection, findings: Sequence[Finding], at: datetime) -> None:
    """Note what is there: new rows begin now, old ones go on, and one that had gone is back since now."""
    if findings:
        rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(findings))
        await connection.execute(
            f"INSERT INTO audit_findings (kind, subject, detail, first_seen, last_seen) VALUES {rows} "
            "ON DUPLICATE KEY UPDATE detail = VALUES(detail), "
            "first_seen = IF(gone_at IS NULL, first_seen, VALUES(first_seen)), "
            "last_seen = VALUES(last_seen), gone_at = NULL",
            [value for finding in findings for value in (*astuple(finding), at, at)],
        )


async def note_gone(connection: Connection, kinds: Sequence[str], at: datetime) -> int:
    """What of these kinds was not seen at this time is gone; returns how many."""
    if not kinds:
        return 0
    return await connection.execute(
        "UPDATE audit_findings SET gone_at = %s "
        f"WHERE gone_at IS NULL AND last_seen < %s AND kind IN ({in_list(kinds)})",
        (at, at, *kinds),
    )
