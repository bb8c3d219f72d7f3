"""Authorizations: what a card is charged for an order, and what can still be done with it."""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deploy.local.provider.problems import Problem
from deploy.local.provider.store import Books

CARD_DECLINED = "card_declined"
AUTHENTICATION_REFUSED = "authentication_refused"
CHARGE = ("id", "key", "order_number", "amount_cents", "captured_cents", "refunded_cents", "currency", "status")
SHOWN = ("id", "key", "session", "status", *CHARGE[2:7], "decline_reason", "action_url", "created")


@dataclass(frozen=True)
class Wish:
    """What is to be authorized; site is the provider's own address, last_four of the card where there is one."""

    key: str
    order_number: str
    amount_cents: int
    currency: str
    site: str
    session: str | None = None
    return_url: str | None = None
    last_four: str | None = None


def now() -> str:
    """The time as answers show it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """An authorization as clients see it."""
    return {name: row[name] for name in SHOWN}


def find(books: Books, authorization_id: str) -> dict[str, Any]:
    """The row of an authorization, or Problem not-found."""
    row = books.row("SELECT * FROM authorizations WHERE id = ?", authorization_id)
    if row is None:
        raise Problem("not-found", "There is no authorization with this id.")
    return row


def make(books: Books, wish: Wish, status: str) -> dict[str, Any]:
    """Enter an authorization that is authorized, declined or requires_action; its row."""
    made = f"auth_{secrets.token_hex(12)}"
    action_url = f"{wish.site}/confirm/{made}" if status == "requires_action" else None
    books.execute(
        "INSERT INTO authorizations (id, key, session, status, order_number, amount_cents, currency, decline_reason,"
        " action_url, return_url, last_four, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(made, wish.key, wish.session, status, wish.order_number, wish.amount_cents, wish.currency),
        *(CARD_DECLINED if status == "declined" else None, action_url, wish.return_url, wish.last_four, now()),
    )
    return find(books, made)


def settle(books: Books, authorization_id: str, confirmed: bool) -> dict[str, Any]:
    """What the buyer told the bank about an authorization that requires_action; its row."""
    status, reason = ("authorized", None) if confirmed else ("declined", AUTHENTICATION_REFUSED)
    books.execute(
        "UPDATE authorizations SET status = ?, decline_reason = ?, action_url = NULL WHERE id = ?",
        *(status, reason, authorization_id),
    )
    return find(books, authorization_id)


def capture(books: Books, authorization_id: str, amount_cents: int | None) -> int:
    """Take authorized money, by default all that is left; the cents that were taken."""
    row = find(books, authorization_id)
    left_cents = row["amount_cents"] - row["captured_cents"]
    refuse(row["status"] != "authorized", f"The authorization is {row['status']}; only an authorized one is captured.")
    refuse((amount_cents or 1) > left_cents, f"Only {left_cents} cents are left to capture.")
    taken_cents = amount_cents or left_cents
    books.execute(
        "UPDATE authorizations SET captured_cents = captured_cents + ? WHERE id = ?", taken_cents, authorization_id
    )
    return int(taken_cents)


def void(books: Books, authorization_id: str) -> int:
    """Let authorized money go; the cents that were held."""
    row = find(books, authorization_id)
    refuse(row["status"] not in {"authorized", "requires_action"}, f"The authorization is {row['status']} already.")
    refuse(row["captured_cents"] > 0, "Money was captured; it can only be refunded.")
    books.execute("UPDATE authorizations SET status = 'voided', action_url = NULL WHERE id = ?", authorization_id)
    return int(row["amount_cents"])


def refund(books: Books, authorization_id: str, amount_cents: int) -> int:
    """Give captured money back; the cents that were given."""
    row = find(books, authorization_id)
    left_cents = row["captured_cents"] - row["refunded_cents"]
    refuse(amount_cents > left_cents, f"Only {left_cents} captured cents are left to refund.")
    books.execute(
        "UPDATE authorizations SET refunded_cents = refunded_cents + ? WHERE id = ?", amount_cents, authorization_id
    )
    return amount_cents


@dataclass(frozen=True)
class Page:
    """Which charges are asked for; empty texts ask for all, limit None for as many as there are."""

    order_number: str = ""
    after: str = ""
    limit: int | None = None


def charges(books: Books, page: Page) -> list[dict[str, Any]]:
    """Authorizations as the merchant lists them, oldest first."""
    after = find(books, page.after)["position"] if page.after else 0
    return books.rows(
        f"SELECT {', '.join(CHARGE)} FROM authorizations WHERE ? IN ('', order_number) AND position > ?"  # noqa: S608
        " ORDER BY position LIMIT ?",
        *(page.order_number, after, -1 if page.limit is None else page.limit),
    )


def enter(books: Books, rows: list[dict[str, Any]]) -> int:
    """Enter charges as they are, each with the operation that made it; how many were not there yet."""
    entered = 0
    for row in rows:
        reason = CARD_DECLINED if row["status"] == "declined" else None
        is_new = books.execute(
            f"INSERT OR IGNORE INTO authorizations ({', '.join(CHARGE)}, decline_reason, created)"  # noqa: S608
            f" VALUES ({', '.join('?' * len(CHARGE))}, ?, ?)",
            *(row[name] for name in CHARGE),
            *(reason, now()),
        )
        answer = json.dumps(shown(find(books, row["id"])))
        books.execute(
            "INSERT OR IGNORE INTO operations (key, operation, request_sha, status, answer, authorization)"
            " VALUES (?, 'authorize', '', ?, ?, ?)",
            *(row["key"], 402 if reason else 201, answer, row["id"]),
        )
        entered += is_new
    return entered


def refuse(impossible: bool, reason: str) -> None:
    """Raise Problem not-possible if it is."""
    if impossible:
        raise Problem("not-possible", reason)
