"""Hosted payments: one session for each payment a buyer makes on our page, three cards at most."""

import secrets
from dataclasses import dataclass
from typing import Any

from deploy.local.provider import authorizations
from deploy.local.provider.authorizations import Wish
from deploy.local.provider.callbacks import tell
from deploy.local.provider.problems import Problem
from deploy.local.provider.requests import SessionBody
from deploy.local.provider.store import Books

MAX_CARDS = 3
OPEN, DONE, DECLINED = "pending", "done", "declined"


@dataclass(frozen=True)
class Session:
    """A session with the authorizations that were tried under it, oldest first."""

    id: str
    key: str
    status: str
    order_number: str
    amount_cents: int
    currency: str
    return_url: str
    attempts: tuple[dict[str, Any], ...] = ()

    @property
    def last(self) -> dict[str, Any] | None:
        """The latest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def waits_for(self) -> dict[str, Any] | None:
        """The attempt that the buyer has yet to confirm."""
        return self.last if self.last and self.last["status"] == "requires_action" else None

    @property
    def cards_left(self) -> int:
        """How many more cards may be tried."""
        return MAX_CARDS - len(self.attempts) if self.status == OPEN else 0

    @property
    def outcome(self) -> dict[str, Any] | None:
        """The authorization that ended the session: the paid one, or the last that was declined."""
        return None if self.status == OPEN else self.last


def open_session(books: Books, key: str, body: SessionBody) -> str:
    """Enter a session; its id."""
    made = f"sess_{secrets.token_hex(16)}"
    books.execute(
        "INSERT INTO sessions (id, key, status, order_number, amount_cents, currency, return_url)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(made, key, OPEN, body.order_number, body.amount_cents, body.currency, body.return_url),
    )
    return made


def find(books: Books, session_id: str) -> Session:
    """The session, or Problem not-found."""
    row = books.row("SELECT * FROM sessions WHERE id = ?", session_id)
    if row is None:
        raise Problem("not-found", "There is no session with this id.")
    attempts = books.rows("SELECT * FROM authorizations WHERE session = ? ORDER BY position", session_id)
    return Session(**row, attempts=tuple(attempts))


def pay(books: Books, session_id: str, attempt: int, card: tuple[str, str], site: str) -> Session:
    """Try a card, unless this attempt was made already (a second click) or the session is over.

    Args:
        attempt: how many attempts there were when the page was made.
        card: what comes of it (authorized, declined or requires_action), and its last four digits.
    """
    session = find(books, session_id)
    if session.status != OPEN or session.waits_for or attempt != len(session.attempts):
        return session
    status, last_four = card
    wish = Wish(
        *(session.key, session.order_number, session.amount_cents, session.currency, site),
        *(session.id, session.return_url, last_four),
    )
    return conclude(books, authorizations.make(books, wish, status))


def confirm(books: Books, authorization_id: str, confirmed: bool) -> dict[str, Any]:
    """Take the buyer's answer to the bank's question, the first time; the authorization's row."""
    row = authorizations.find(books, authorization_id)
    if row["status"] == "requires_action":
        row = authorizations.settle(books, authorization_id, confirmed)
        announce(books, row) if row["session"] is None else conclude(books, row)
    return row


def give_up(books: Books, session_id: str) -> Session:
    """The buyer goes back to the shop: after a declined card this ends the session, before it nothing changes."""
    session = find(books, session_id)
    if session.status != OPEN or session.last is None or session.waits_for:
        return session
    set_status(books, session_id, DECLINED)
    tell(books, "session.declined", session.last, session_status=DECLINED)
    return find(books, session_id)


def conclude(books: Books, row: dict[str, Any]) -> Session:
    """What an attempt means for its session: paid, over after the last card, or open; tells the merchant."""
    session_id = row["session"]
    if row["status"] == "authorized":
        set_status(books, session_id, DONE)
    session = close_when_out_of_cards(books, session_id)
    announce(books, row, session.status)
    return session


def close_when_out_of_cards(books: Books, session_id: str) -> Session:
    """End a session whose last card came to nothing."""
    session = find(books, session_id)
    if session.status == OPEN and session.cards_left == 0 and not session.waits_for:
        set_status(books, session_id, DECLINED)
    return find(books, session_id)


def announce(books: Books, row: dict[str, Any], session_status: str | None = None) -> None:
    """Tell the merchant what became of an authorization, once something has."""
    kinds = {"authorized": "authorization.succeeded", "declined": "authorization.declined"}
    if row["status"] in kinds:
        tell(books, kinds[row["status"]], row, session_status=session_status)


def set_status(books: Books, session_id: str, status: str) -> None:
    """Close a session one way or the other."""
    books.execute("UPDATE sessions SET status = ? WHERE id = ?", status, session_id)
