"""The calls of the API, each one transaction."""

from collections.abc import Callable
from typing import Any

from deploy.local.provider import authorizations, sessions
from deploy.local.provider.authorizations import Wish
from deploy.local.provider.callbacks import tell
from deploy.local.provider.once import Answer, Call, Outcome, carry_out_once
from deploy.local.provider.problems import Problem
from deploy.local.provider.requests import AuthorizeBody, CaptureBody, RefundBody, SessionBody
from deploy.local.provider.store import Books

OUTCOMES = {"tok_decline": "declined", "tok_3ds": "requires_action"}  # every other token is authorized
LOOKED_UP = {"requires_action": "pending", "declined": "declined"}  # authorized and voided: done


def authorize(books: Books, call: Call, site: str) -> Answer:
    """Authorize with a token."""
    return carry_out_once(books, call, lambda: _authorize(books, call, site))


def _authorize(books: Books, call: Call, site: str) -> Outcome:
    body = call.body
    assert isinstance(body, AuthorizeBody)
    wish = Wish(call.key, body.order_number, body.amount_cents, body.currency, site, return_url=body.return_url)
    row = authorizations.make(books, wish, OUTCOMES.get(body.token, "authorized"))
    sessions.announce(books, row)
    return Outcome(402 if row["status"] == "declined" else 201, authorizations.shown(row), row["id"])


def capture(books: Books, call: Call) -> Answer:
    """Capture an authorization or a part of it."""
    body = call.body
    assert isinstance(body, CaptureBody)
    return _change(books, call, lambda: authorizations.capture(books, call.target, body.amount_cents))


def void(books: Books, call: Call) -> Answer:
    """Let an authorization go."""
    return _change(books, call, lambda: authorizations.void(books, call.target))


def refund(books: Books, call: Call) -> Answer:
    """Give captured money back."""
    body = call.body
    assert isinstance(body, RefundBody)
    return _change(books, call, lambda: authorizations.refund(books, call.target, body.amount_cents))


def _change(books: Books, call: Call, change: Callable[[], int]) -> Answer:
    def work() -> Outcome:
        amount_cents = change()
        row = authorizations.find(books, call.target)
        session_status = sessions.close_when_out_of_cards(books, row["session"]).status if row["session"] else None
        about = {"key": call.key, "amount_cents": amount_cents, "session_status": session_status}
        tell(books, f"{call.operation}.succeeded", row, **about)
        return Outcome(200, authorizations.shown(row), row["id"])

    return carry_out_once(books, call, work)


def open_session(books: Books, call: Call, site: str) -> Answer:
    """Open a hosted payment."""

    def work() -> Outcome:
        assert isinstance(call.body, SessionBody)
        made = sessions.open_session(books, call.key, call.body)
        return Outcome(201, {"id": made, "url": f"{site}/pay/{made}"}, session=made)

    return carry_out_once(books, call, work)


def look_up(books: Books, key: str) -> dict[str, Any]:
    """What became of the call with this key, as things are now.

    Raises:
        Problem: not-found, the key was never used.
    """
    row = books.row("SELECT key, operation, authorization, session FROM operations WHERE key = ?", key)
    if row is None:
        raise Problem("not-found", "This key was never used.")
    if row["session"]:
        session = sessions.find(books, row["session"])
        status, authorization = session.status, session.outcome
    else:
        authorization = authorizations.find(books, row["authorization"])
        status = LOOKED_UP.get(authorization["status"], "done") if row["operation"] == "authorize" else "done"
    return {
        "key": key,
        "operation": row["operation"],
        "status": status,
        "authorization": authorizations.shown(authorization) if authorization else None,
    }


def empty(books: Books) -> None:
    """Forget everything."""
    for table in ("operations", "authorizations", "sessions", "callbacks"):
        books.execute(f"DELETE FROM {table}")  # noqa: S608
