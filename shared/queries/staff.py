"""Who works in the back office, and who of them is signed in."""

from dataclasses import dataclass

from shared.db import Connection

ROLES = ("viewer", "clerk", "manager")


@dataclass(frozen=True, kw_only=True)
class Staff:
    id: int
    email: str
    role: str
    password_hash: str | None


async def staff_by_email(connection: Connection, email_norm: str) -> Staff | None:
    row = await connection.row(
        "SELECT id, email, role, password_hash FROM staff WHERE email_norm = %s AND deleted_at IS NULL", (email_norm,)
    )
    return Staff(**row) if row else None


async def email_of_staff(connection: Connection, staff_id: int) -> str:
    row = await connection.row("SELECT email FROM staff WHERE id = %s", (staff_id,))
    assert row is not None
    return str(row["email"])


async def save_staff(connection: Connection, email: str, email_norm: str, role: str) -> None:
    """Add somebody, or change the role of somebody who is there."""
    await connection.execute(
        "INSERT INTO staff (email, email_norm, role, created_at) VALUES (%s, %s, %s, UTC_TIMESTAMP(6)) "
        "ON DUPLICATE KEY UPDATE role = VALUES(role), deleted_at = NULL",
        (email, email_norm, role),
    )


async def mark_deleted(connection: Connection, staff_id: int) -> None:
    """The password goes with the person: whoever is added again gets a new one."""
    await connection.execute(
        "UPDATE staff SET password_hash = NULL, deleted_at = UTC_TIMESTAMP(6) WHERE id = %s", (staff_id,)
    )


async def set_password_hash(connection: Connection, staff_id: int, password_hash: str) -> None:
    await connection.execute("UPDATE staff SET password_hash = %s WHERE id = %s", (password_hash, staff_id))


async def lock_with_hash(connection: Connection, staff_id: int, password_hash: str | None) -> bool:
    """Lock somebody who works here and has this very password; False: it was replaced, or they left."""
    row = await connection.row(
        "SELECT 1 FROM staff WHERE id = %s AND password_hash = %s AND deleted_at IS NULL FOR UPDATE",
        (staff_id, password_hash),
    )
    return row is not None


async def add_token(connection: Connection, sha256: str, purpose: str, owner_id: int, life_s: int) -> None:
    """Keep the hash of a one-time link's secret."""
    await connection.execute(
        "INSERT INTO tokens (sha256, purpose, owner_id, expires_at) "
        "VALUES (%s, %s, %s, UTC_TIMESTAMP(6) + INTERVAL %s SECOND)",
        (sha256, purpose, owner_id, life_s),
    )


async def use_token(connection: Connection, sha256: str, purpose: str) -> int | None:
    """Use a link up and return its owner's id; None if it is unknown, used or too old."""
    found = await connection.execute(
        "UPDATE tokens SET used_at = UTC_TIMESTAMP(6) "
        "WHERE sha256 = %s AND purpose = %s AND used_at IS NULL AND expires_at > UTC_TIMESTAMP(6)",
        (sha256, purpose),
    )
    row = await connection.row("SELECT owner_id FROM tokens WHERE sha256 = %s", (sha256,)) if found else None
    return int(row["owner_id"]) if row else None


async def use_tokens_of(connection: Connection, purpose: str, owner_id: int) -> None:
    """Void every open link of somebody."""
    await connection.execute(
        "UPDATE tokens SET used_at = UTC_TIMESTAMP(6) WHERE purpose = %s AND owner_id = %s AND used_at IS NULL",
        (purpose, owner_id),
    )


async def token_is_good(connection: Connection, sha256: str, purpose: str) -> bool:
    row = await connection.row(
        "SELECT id FROM tokens "
        "WHERE sha256 = %s AND purpose = %s AND used_at IS NULL AND expires_at > UTC_TIMESTAMP(6)",
        (sha256, purpose),
    )
    return row is not None


async def add_session(connection: Connection, key_sha256: str, kind: str, owner_id: int, life_s: int) -> None:
    await connection.execute(
        "INSERT INTO sessions (key_sha256, kind, owner_id, created_at, seen_at, expires_at) "
        "VALUES (%s, %s, %s, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL %s SECOND)",
        (key_sha256, kind, owner_id, life_s),
    )


async def staff_of_session(connection: Connection, key_sha256: str, idle_s: int) -> Staff | None:
    """Who holds this session; None when it is unknown, ended, too old, or was idle for too long."""
    row = await connection.row(
        "SELECT s.id, s.email, s.role, s.password_hash FROM sessions k JOIN staff s ON s.id = k.owner_id "
        "WHERE k.key_sha256 = %s AND k.kind = 'staff' AND k.ended_at IS NULL AND s.deleted_at IS NULL "
        "AND k.expires_at > UTC_TIMESTAMP(6) AND k.seen_at > UTC_TIMESTAMP(6) - INTERVAL %s SECOND",
        (key_sha256, idle_s),
    )
    return Staff(**row) if row else None


async def note_seen(connection: Connection, key_sha256: str) -> None:
    """Keep a session from being idle; written once a minute at most."""
    await connection.execute(
        "UPDATE sessions SET seen_at = UTC_TIMESTAMP(6) "
        "WHERE key_sha256 = %s AND seen_at < UTC_TIMESTAMP(6) - INTERVAL 60 SECOND",
        (key_sha256,),
    )


async def end_session(connection: Connection, key_sha256: str) -> None:
    await connection.execute(
        "UPDATE sessions SET ended_at = UTC_TIMESTAMP(6) WHERE key_sha256 = %s AND ended_at IS NULL", (key_sha256,)
    )


async def end_sessions_of(connection: Connection, kind: str, owner_id: int) -> None:
    await connection.execute(
        "UPDATE sessions SET ended_at = UTC_TIMESTAMP(6) WHERE kind = %s AND owner_id = %s AND ended_at IS NULL",
        (kind, owner_id),
    )
