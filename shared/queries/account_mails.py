"""Mails to accounts, written down as jobs in the transaction that makes them due (docs/decisions/0013)."""

from shared.db import Connection

JOB = "account-mail"


async def add_mail_job(connection: Connection, done_key: str) -> None:
    """Store a mail to send; the same done-key again changes nothing."""
    await connection.execute(
        "INSERT INTO jobs (name, done_key, state, created_at) VALUES (%s, %s, 'queued', UTC_TIMESTAMP(6)) "
        "ON DUPLICATE KEY UPDATE name = name",
        (JOB, done_key),
    )


async def restored_after(connection: Connection, done_key: str) -> bool:
    """Whether a backup was restored since this mail was asked for: it may have gone out before."""
    row = await connection.row(
        "SELECT 1 FROM jobs m JOIN jobs r ON r.name = 'restore' AND r.done_at >= m.created_at "
        "WHERE m.name = %s AND m.done_key = %s LIMIT 1",
        (JOB, done_key),
    )
    return row is not None
