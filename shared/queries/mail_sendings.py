"""Mails on their way to the mail server: when the last hand-over began, and how often one began without certainty.

The row goes when the mail is known to be sent, unless it counts a hand-over that may have made a second mail.
"""

from dataclasses import dataclass

from shared.db import Connection
from shared.queries import documents


@dataclass(frozen=True)
class Sending:
    """A mail just before it is handed over.

    Attributes:
        token: of the claim on the step, so that whoever lost the step changes nothing here any more.
        is_blind: nobody knows whether an earlier hand-over succeeded.
    """

    document_id: int
    token: str
    sha256: str
    size: int
    is_blind: bool


async def begin(connection: Connection, sending: Sending) -> None:
    """From here on we may have sent it. In a transaction."""
    await documents.note_sending(connection, sending.document_id, sending.sha256, sending.size)
    await connection.execute(
        "INSERT INTO mail_sendings (document_id, token, began_at, blind) VALUES (%s, %s, UTC_TIMESTAMP(6), %s) "
        "ON DUPLICATE KEY UPDATE token = %s, began_at = UTC_TIMESTAMP(6), blind = blind + %s",
        (sending.document_id, sending.token, sending.is_blind, sending.token, sending.is_blind),
    )


async def take_back(connection: Connection, sending: Sending) -> None:
    """The server certainly did not take this hand-over, so all is as before it. In a transaction."""
    if sending.is_blind:  # the one before it was silent for long enough already: ask, but do not wait again
        await connection.execute(
            "UPDATE mail_sendings SET began_at = began_at - INTERVAL 1 DAY, blind = blind - 1 "
            "WHERE document_id = %s AND token = %s",
            (sending.document_id, sending.token),
        )
    elif await connection.execute(
        "DELETE FROM mail_sendings WHERE document_id = %s AND token = %s AND blind = 0",
        (sending.document_id, sending.token),
    ):
        await connection.execute(
            "UPDATE documents SET state = 'reserved' WHERE id = %s AND state = 'sending'", (sending.document_id,)
        )


async def forget(connection: Connection, document_id: int) -> None:
    """The fate of this mail is known."""
    await connection.execute("DELETE FROM mail_sendings WHERE document_id = %s AND blind = 0", (document_id,))


async def silent_for_s(connection: Connection, document_id: int) -> float:
    """Seconds since the last hand-over of a mail began; a restored ledger may know only when it was reserved."""
    row = await connection.row(
        "SELECT TIMESTAMPDIFF(MICROSECOND, COALESCE(s.began_at, d.reserved_at), UTC_TIMESTAMP(6)) / 1e6 AS age_s "
        "FROM documents d LEFT JOIN mail_sendings s ON s.document_id = d.id WHERE d.id = %s",
        (document_id,),
    )
    return float(row["age_s"]) if row else 0.0
