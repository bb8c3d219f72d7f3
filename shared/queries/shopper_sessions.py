"""Shoppers' sessions. The row is the truth; what is kept of it elsewhere is a copy for half a minute."""

from dataclasses import dataclass
from datetime import datetime

from shared.db import Connection, utc

KIND = "shopper"
MOST = 100  # sessions that one account is shown


@dataclass(frozen=True, kw_only=True)
class NewSession:
    key_sha256: str
    user_id: int
    agent: str
    life_s: int


@dataclass(frozen=True, kw_only=True)
class ShopperSession:
    """A session as its owner is shown it; agent is the browser in our own words."""

    id: int
    key_sha256: str
    agent: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Who holds a session, and for how many more seconds at most."""

    user_id: int
    email: str
    left_s: int


_IS_ALIVE = (
    "k.kind = 'shopper' AND k.ended_at IS NULL AND k.expires_at > UTC_TIMESTAMP(6) "
    "AND k.seen_at > UTC_TIMESTAMP(6) - INTERVAL %s SECOND"
)


async def add_shopper_session(connection: Connection, new: NewSession, password_hash: str | None) -> bool:
    """False: there is no such account, or it has another password; whoever replaces that just now is waited for."""
    added = await connection.execute(
        "INSERT INTO sessions (key_sha256, kind, owner_id, agent, created_at, seen_at, expires_at) "
        "SELECT %s, 'shopper', id, %s, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL %s SECOND "
        "FROM users WHERE id = %s AND deleted_at IS NULL AND password_hash = COALESCE(%s, password_hash) "
        "LOCK IN SHARE MODE",
        (new.key_sha256, new.agent, new.life_s, new.user_id, password_hash),
    )
    return bool(added)


async def holder_of(connection: Connection, key_sha256: str, idle_s: int) -> SignedIn | None:
    """Who holds this session; None when it is unknown, ended, too old, or was idle for too long."""
    row = await connection.row(
        "SELECT u.id AS user_id, u.email, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), k.expires_at) AS left_s "
        "FROM sessions k JOIN users u ON u.id = k.owner_id "
        f"WHERE k.key_sha256 = %s AND u.deleted_at IS NULL AND {_IS_ALIVE}",
        (key_sha256, idle_s),
    )
    return SignedIn(**row) if row else None


async def sessions_of(connection: Connection, user_id: int, idle_s: int) -> list[ShopperSession]:
    """The sessions that are alive, the last used first."""
    rows = await connection.rows(
        "SELECT k.id, k.key_sha256, k.agent, k.created_at, k.seen_at FROM sessions k "
        f"WHERE k.owner_id = %s AND {_IS_ALIVE} ORDER BY k.seen_at DESC, k.id DESC LIMIT %s",
        (user_id, idle_s, MOST),
    )
    return [
        ShopperSession(**row | {"created_at": utc(row["created_at"]), "seen_at": utc(row["seen_at"])}) for row in rows
    ]


async def keys_to_end(connection: Connection, user_id: int, kept_key: str = "") -> list[str]:
    """The keys of an account's open sessions but for one, locked, so that no copy of them is forgotten."""
    rows = await connection.rows(
        "SELECT key_sha256 FROM sessions WHERE kind = 'shopper' AND owner_id = %s AND ended_at IS NULL "
        "AND key_sha256 <> %s FOR UPDATE",
        (user_id, kept_key),
    )
    return [str(row["key_sha256"]) for row in rows]


async def key_of_session(connection: Connection, user_id: int, session_id: int) -> str | None:
    """The key of one's own session; somebody else's is none."""
    row = await connection.row(
        "SELECT key_sha256 FROM sessions WHERE id = %s AND kind = 'shopper' AND owner_id = %s", (session_id, user_id)
    )
    return str(row["key_sha256"]) if row else None
