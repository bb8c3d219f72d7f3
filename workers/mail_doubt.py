"""A mail whose answer was lost: ask for it, wait for word, and at the end send it again and count that.

This is the one window in which a mail can come twice (docs/decisions/0010): the server took the mail, its answer was
lost, and for WORD_S nobody could tell us so.
"""

import logging
from enum import Enum

from shared.queries import mail_sendings
from shared.queries.documents import Document
from shared.queries.operating import is_ordered_before_restore
from workers.ledger import NotOurTurn
from workers.mail import MailUnsure
from workers.tools import Tools

logger = logging.getLogger(__name__)

WORD_S = 600  # SES tells of a mail within seconds, in bad hours within minutes; a receipt may well be ten minutes late
LOOK_AGAIN_S = 30


class Fate(Enum):
    TAKEN = "taken"
    NOT_TAKEN = "not taken"
    UNKNOWN = "unknown, and nobody will tell any more"


async def fate_of(tools: Tools, mail: Document) -> Fate | NotOurTurn:
    """What became of a mail that was handed over; NotOurTurn while there may still be word of it.

    Raises:
        MailUnavailable: the mail side cannot be asked now.
    """
    may_be_older = mail.state != "sending" and await _is_older_than_a_restore(tools, mail)
    return await fate_in_doubt(tools, mail, may_be_older=may_be_older)


async def fate_in_doubt(tools: Tools, mail: Document, *, may_be_older: bool) -> Fate | NotOurTurn:
    """The same, for whoever knows whether a mail may have gone out before a backup was restored."""
    is_begun = mail.state == "sending"
    if not is_begun and not may_be_older:
        return Fate.NOT_TAKEN
    try:
        return Fate.TAKEN if await tools.mailer.find(mail.message_id or "") else Fate.NOT_TAKEN
    except MailUnsure:
        if not is_begun:
            return Fate.NOT_TAKEN
        async with tools.database.writer() as connection:
            silent_s = await mail_sendings.silent_for_s(connection, mail.id)
    if silent_s < WORD_S:
        return NotOurTurn("waits for word of the mail", min(LOOK_AGAIN_S, WORD_S - silent_s))
    logger.warning("a mail is sent again, as there is no word of it: it may come twice")
    return Fate.UNKNOWN


async def _is_older_than_a_restore(tools: Tools, mail: Document) -> bool:
    """Whether a mail may have gone out after the backup that the ledger was restored from."""
    async with tools.database.writer() as connection:
        return await is_ordered_before_restore(connection, int(mail.subject.partition(":")[2]))
