"""Links that are mailed to accounts: written with the job that mails them, found, and used up once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from shared.db import Connection, Database
from shared.domain.mailed_links import link_secret, sha256_hex
from shared.errors import FieldError, Gone, Invalid
from shared.passwords import Passwords
from shared.queries import users
from shared.queries.account_mails import add_mail_job
from shared.queries.shopper_sessions import KIND, keys_to_end
from shared.queries.staff import end_sessions_of, use_token
from shared.queries.users import Link, NewLink, User

VERIFY, RESET, KNOWN = "verify", "reset", "known"
CHANGE, TAKEN, ASKED, MOVED = "change", "taken", "asked", "moved"  # of the e-mail; see account_email
LIFE_S = {VERIFY: 24 * 3600, CHANGE: 24 * 3600, **dict.fromkeys((RESET, KNOWN, TAKEN, ASKED, MOVED), 3600)}
OPENING = (VERIFY, RESET, CHANGE)  # whoever holds such a link gets somewhere
NOBODY = 0  # owner of a link that is never sent
NO_ACCOUNT = "There is no such account any more."
REPLACED = "The password was changed meanwhile. Try once more."
OLD_LINK = "This link was used already, or is too old. Ask for a new one."


@dataclass(frozen=True, kw_only=True)
class AccountTools:
    database: Database
    passwords: Passwords
    signing_secrets: Sequence[str]


async def write_to(
    tools: AccountTools, connection: Connection, user: User | None, purpose: str, email: str | None = None
) -> str:
    """Write a link and the job that mails it, and return the job's done-key; for nobody the same, but never sent.

    Args:
        email: where it is mailed to, if not to the account's address at that time.
    """
    nonce, owner_id = secrets.token_hex(16), user.id if user else NOBODY
    sha = sha256_hex(link_secret(tools.signing_secrets[0], purpose, nonce))
    life_s = LIFE_S[purpose]
    new = NewLink(sha256=sha, purpose=purpose, owner_id=owner_id, nonce=nonce, life_s=life_s, email=email)
    done_key = f"{purpose}:{await users.add_link(connection, new)}"
    await add_mail_job(connection, done_key)
    return done_key


async def find_link(database: Database, secret: str, purpose: str) -> Link:
    """Raises Gone: the link is unknown, used or too old."""
    async with database.writer() as connection:
        found = await users.link_by_sha(connection, sha256_hex(secret), purpose)
    if found is None:
        raise Gone(OLD_LINK)
    return found


async def use_link(connection: Connection, secret: str, purpose: str) -> User:
    """Use a link up, and lock its account.

    Raises:
        Gone: the link is unknown, used or too old, or the account is no more.
    """
    owner_id = await use_token(connection, sha256_hex(secret), purpose)
    user = await users.lock_user(connection, owner_id) if owner_id else None
    if user is None:
        raise Gone(OLD_LINK)
    return user


async def lock_with_password(connection: Connection, known: User, field: str) -> None:
    """Lock an account whose password was just looked at, which takes a while.

    Raises:
        Invalid: names the field: the password was replaced meanwhile, or the account was deleted.
    """
    locked = await users.lock_user(connection, known.id)
    if locked is None or locked.password_hash != known.password_hash:
        raise Invalid(errors=[FieldError(field, REPLACED)])


async def end_all(connection: Connection, user_id: int) -> tuple[str, ...]:
    """Whoever holds an old session or an old link holds nothing any more; returns the keys of the sessions."""
    for purpose in OPENING:
        await users.use_links_of(connection, purpose, user_id)
    keys = await keys_to_end(connection, user_id)
    await end_sessions_of(connection, KIND, user_id)
    return tuple(keys)
