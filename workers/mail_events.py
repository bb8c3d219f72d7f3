"""Word of our mails: SES → configuration set → SNS or EventBridge → MAIL_EVENTS_QUEUE_URL → a table.

Each event is kept once, and a mail that bounced puts its order on a person's list. Nothing here logs or keeps what an
event says of its recipient.
"""

import hashlib
import json
import logging
import re
from collections.abc import Mapping

from shared.db import Connection
from shared.queries import mail_events
from shared.queries.mail_events import MailEvent
from shared.queries.placing import insert_event

logger = logging.getLogger(__name__)

TAG = "shop-mail"  # the name of the tag that our mails carry
TAG_VALUE = re.compile(r"[A-Za-z0-9_-]{1,200}")
KIND = re.compile(r"[A-Za-z ]{1,30}")

# What a person reads of a mail that did not arrive as it should, by the service's word.
TROUBLES: Mapping[str, tuple[str, str]] = {
    "bounce": ("bounced", "bounced: the address may be wrong"),
    "complaint": ("complained", "was reported as unwanted by its reader"),
    "reject": ("rejected", "was not delivered: the mail service found something harmful in it"),
}


def read(body: str) -> MailEvent:
    """Read an event of SES out of the envelope of SNS or EventBridge, or bare.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: it is none, or carries no tag of ours.
    """
    envelope = json.loads(body)
    event = json.loads(envelope["Message"]) if "Message" in envelope else envelope.get("detail", envelope)
    kind, tag = event["eventType"], event["mail"]["tags"][TAG][0]
    if not TAG_VALUE.fullmatch(tag) or not KIND.fullmatch(kind):
        raise ValueError("not a tag or kind of ours")
    sha256 = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()
    return MailEvent(sha256, tag, kind.lower())


async def note(connection: Connection, event: MailEvent) -> None:
    """Keep an event, and where it is a trouble, tell it on the order; the same event again changes nothing."""
    if not await mail_events.add_event(connection, event) or event.kind not in TROUBLES:
        return
    order_id = await mail_events.lock_order_of(connection, event)
    if order_id is None:
        logger.warning("a mail that is about no order: %s", event.kind)
        return
    happened, words = TROUBLES[event.kind]
    is_receipt = event.mail_kind == "receipt"
    name = "The receipt" if is_receipt else f"The mail \u201c{event.mail_kind.replace('_', ' ')}\u201d"
    await mail_events.ask_for_attention(connection, order_id, f"{name} {words}.")
    what = f"receipt.{happened}" if is_receipt else f"mail.{event.mail_kind}_{happened}"
    await insert_event(connection, order_id, what[:60])
    logger.warning("a mail was not welcome: %s", what)
