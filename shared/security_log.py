"""Security events as log lines: what was tried, by whom, with what result. docs/security-rules.md lists them.

People are named by the id of their account, or by a short hash of the address that was typed, never by the address.
"""

import hashlib
import logging
from enum import StrEnum

from shared.domain.emails import normalise_email

logger = logging.getLogger("security")


class Event(StrEnum):
    SIGNED_IN = "signed in"
    SIGN_IN_REFUSED = "sign-in refused"
    SESSION_ENDED = "session ended"
    PASSWORD_SET = "password set"  # noqa: S105 (an event's name)
    PASSWORD_REFUSED = "password refused"  # noqa: S105
    EMAIL_CHANGED = "e-mail changed"
    ACCOUNT_DELETED = "account deleted"
    NOT_ALLOWED = "not allowed"
    NOT_THEIRS = "not theirs"
    REQUEST_REFUSED = "request refused"


def note(event: Event, **facts: str | int) -> None:
    """Log an event; the ids of the request are added to the line as to every other."""
    logger.info("%s", event, extra={"facts": facts})


def address_mark(email: str) -> str:
    """The same 48 bits for the same address, so that tries at one account can be counted."""
    return hashlib.sha256(normalise_email(email).encode(errors="surrogatepass")).hexdigest()[:12]
