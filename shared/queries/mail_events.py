"""What the mail service told of our mails. A mail is known by its tag; addresses are not kept."""

from dataclasses import dataclass

from shared.db import Connection


@dataclass(frozen=True)
class MailEvent:
    """Word of one mail.

    Attributes:
        sha256: of the event itself, so that the same one counts once.
        tag: kind_NUMBER_revision, as in `tag_of`.
        kind: the service's word in small letters: send, delivery, bounce, complaint, reject …
    """

    sha256: str
    tag: str
    kind: str

    @property
    def mail_kind(self) -> str:
        return self.tag.rsplit("_", 2)[0]

    @property
    def order_number(self) -> str:
        """Empty when the mail is not about an order."""
        parts = self.tag.rsplit("_", 2)
        return parts[1] if len(parts) == 3 else ""


def tag_of(message_id: str) -> str:
    """Write `<kind.NUMBER.revision@domain>` in the alphabet of tags, [A-Za-z0-9_-]: `kind_NUMBER_revision`."""
    return message_id.strip("<>").rpartition("@")[0].replace(".", "_")


async def add_event(connection: Connection, event: MailEvent) -> bool:
    """Keep an event; False if it is there already. One statement decides, so two readers keep it once."""
    found = await connection.execute(
        "INSERT INTO mail_events (event_sha, tag, kind, at) VALUES (%s, %s, %s, UTC_TIMESTAMP(6)) "
        "ON DUPLICATE KEY UPDATE times = times + 1",
        (event.sha256, event.tag, event.kind),
    )
    return found == 1  # a row that was there and is changed counts as two


async def is_mail_known(connection: Connection, tag: str) -> bool:
    """Whether there was any word of a mail: even one that bounced was taken before."""
    return await connection.row("SELECT 1 FROM mail_events WHERE tag = %s LIMIT 1", (tag,)) is not None


async def lock_order_of(connection: Connection, event: MailEvent) -> int | None:
    """Lock the order that a mail is about and return its id; None if there is none."""
    row = await connection.row("SELECT id FROM orders WHERE number = %s FOR UPDATE", (event.order_number,))
    return int(row["id"]) if row else None


async def ask_for_attention(connection: Connection, order_id: int, why: str) -> None:
    """Say why a person must look, unless another reason stands there already; the order's events tell both."""
    await connection.execute("UPDATE orders SET attention = COALESCE(attention, %s) WHERE id = %s", (why, order_id))
