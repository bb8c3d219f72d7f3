"""Shoppers with an account, and the links that are mailed to them."""

from dataclasses import dataclass
from datetime import datetime

from shared.db import Connection, Row, utc
from shared.errors import RunMixed


@dataclass(frozen=True, kw_only=True)
class User:
    """Somebody with an account; until the e-mail is proven nobody can sign in to it. Some belong to a load run."""

    id: int
    email: str
    email_norm: str
    password_hash: str | None
    verified_at: datetime | None
    test_run: str | None


COLUMNS = "id, email, email_norm, password_hash, verified_at, test_run"


async def user_by_email(connection: Connection, email_norm: str) -> User | None:
    row = await connection.row(
        f"SELECT {COLUMNS} FROM users WHERE email_norm = %s AND deleted_at IS NULL", (email_norm,)
    )
    return _user(row)


async def user_by_id(connection: Connection, user_id: int) -> User | None:
    row = await connection.row(f"SELECT {COLUMNS} FROM users WHERE id = %s AND deleted_at IS NULL", (user_id,))
    return _user(row)


async def lock_user(connection: Connection, user_id: int) -> User | None:
    """The same, locked until the transaction ends; it orders everything that changes one account."""
    row = await connection.row(
        f"SELECT {COLUMNS} FROM users WHERE id = %s AND deleted_at IS NULL FOR UPDATE", (user_id,)
    )
    return _user(row)


async def hold_user(connection: Connection, user_id: int) -> bool:
    """Whether there is this account; if so, it is not deleted until the transaction ends."""
    found = await connection.row(
        "SELECT id FROM users WHERE id = %s AND deleted_at IS NULL LOCK IN SHARE MODE", (user_id,)
    )
    return found is not None


async def check_run_of(connection: Connection, user_id: int, test_run: str | None) -> None:
    """Raises RunMixed: the account belongs to another load run, or to none. Waits for nobody who changes it."""
    found = await connection.row("SELECT test_run FROM users WHERE id = %s AND deleted_at IS NULL", (user_id,))
    if found and found["test_run"] != test_run:
        raise RunMixed


async def add_user(
    connection: Connection, email: str, email_norm: str, password_hash: str, test_run: str | None = None
) -> None:
    """Add an account that is not proven yet.

    One that nobody ever proved takes the new password, and is of the load run that registered last, if of any; a proven
    one stays as it is. One statement decides.
    """
    await connection.execute(
        "INSERT INTO users (email, email_norm, password_hash, test_run, created_at) "
        "VALUES (%s, %s, %s, %s, UTC_TIMESTAMP(6)) "
        "ON DUPLICATE KEY UPDATE password_hash = IF(verified_at IS NULL, VALUES(password_hash), password_hash), "
        "test_run = IF(verified_at IS NULL, VALUES(test_run), test_run)",
        (email, email_norm, password_hash, test_run),
    )


async def set_verified(connection: Connection, user_id: int) -> None:
    await connection.execute(
        "UPDATE users SET verified_at = COALESCE(verified_at, UTC_TIMESTAMP(6)) WHERE id = %s", (user_id,)
    )


async def set_password(connection: Connection, user_id: int, password_hash: str) -> None:
    await connection.execute("UPDATE users SET password_hash = %s WHERE id = %s", (password_hash, user_id))


async def set_email(connection: Connection, user_id: int, email: str, email_norm: str) -> None:
    """An address that another account has breaks a UNIQUE key."""
    await connection.execute("UPDATE users SET email = %s, email_norm = %s WHERE id = %s", (email, email_norm, user_id))


async def erase_user(connection: Connection, user_id: int) -> None:
    """What is left of a deleted account names nobody."""
    await connection.execute(
        "UPDATE users SET email = '', email_norm = %s, password_hash = NULL, deleted_at = UTC_TIMESTAMP(6) "
        "WHERE id = %s",
        (f"deleted:{user_id}", user_id),
    )


@dataclass(frozen=True, kw_only=True)
class Link:
    """A mailed link that is neither used nor too old; email: where it goes, if not to its account's address."""

    id: int
    sha256: str
    purpose: str
    owner_id: int
    nonce: str
    email: str | None


@dataclass(frozen=True, kw_only=True)
class NewLink:
    sha256: str
    purpose: str
    owner_id: int
    nonce: str
    life_s: int
    email: str | None = None


_IS_GOOD = "used_at IS NULL AND expires_at > UTC_TIMESTAMP(6) AND nonce IS NOT NULL"


async def add_link(connection: Connection, new: NewLink) -> int:
    """Keep the hash of a link, and return the row's id."""
    return await connection.insert(
        "INSERT INTO tokens (sha256, purpose, owner_id, nonce, email, expires_at) "
        "VALUES (%s, %s, %s, %s, %s, UTC_TIMESTAMP(6) + INTERVAL %s SECOND)",
        (new.sha256, new.purpose, new.owner_id, new.nonce, new.email, new.life_s),
    )


async def link_by_id(connection: Connection, link_id: int) -> Link | None:
    return _link(
        await connection.row(
            f"SELECT id, sha256, purpose, owner_id, nonce, email FROM tokens WHERE id = %s AND {_IS_GOOD}", (link_id,)
        )
    )


async def link_by_sha(connection: Connection, sha256: str, purpose: str) -> Link | None:
    return _link(
        await connection.row(
            "SELECT id, sha256, purpose, owner_id, nonce, email FROM tokens "
            f"WHERE sha256 = %s AND purpose = %s AND {_IS_GOOD}",
            (sha256, purpose),
        )
    )


async def use_links_of(connection: Connection, purpose: str, owner_id: int) -> None:
    """Whichever of several links was used, the others are of no use any more."""
    await connection.execute(
        "UPDATE tokens SET used_at = UTC_TIMESTAMP(6) WHERE purpose = %s AND owner_id = %s AND used_at IS NULL "
        "AND nonce IS NOT NULL",
        (purpose, owner_id),
    )


def _user(row: Row | None) -> User | None:
    return User(**row | {"verified_at": row["verified_at"] and utc(row["verified_at"])}) if row else None


def _link(row: Row | None) -> Link | None:
    return Link(**row) if row else None
