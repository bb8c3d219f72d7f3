"""Signing shoppers in and out. What is returned as keys are hashes, for whoever keeps copies to forget."""

import secrets
from dataclasses import dataclass

from shared.db import Database
from shared.domain.emails import normalise_email
from shared.domain.mailed_links import sha256_hex
from shared.errors import Invalid, NotFound
from shared.queries.account_orders import attach_orders, has_guest_orders
from shared.queries.shopper_sessions import NewSession, add_shopper_session, key_of_session, keys_to_end
from shared.queries.staff import end_session
from shared.queries.users import User, hold_user, user_by_email
from shared.security_log import Event, address_mark, note
from shared.services.account_links import REPLACED, AccountTools

NO_MATCH = "E-mail and password do not match, or the e-mail is not confirmed yet. Check both, or set a new password."


@dataclass(frozen=True)
class Owner:
    """Whose session is opened: in which browser, in our own words, and for how long at most.

    Attributes:
        password_hash: of the password that was given; None where none was.
    """

    user_id: int
    agent: str
    life_s: int
    password_hash: str | None = None


async def check_sign_in(tools: AccountTools, email: str, password: str) -> User:
    """Who signs in; what was ordered as a guest with this proven address meanwhile is theirs.

    Raises:
        Invalid: unknown, not proven or another password: one answer, in one time.
    """
    async with tools.database.writer() as connection:
        found = await user_by_email(connection, normalise_email(email))
    fits = await tools.passwords.fits(found.password_hash if found else None, password)
    if not fits or found is None or found.verified_at is None:
        note(Event.SIGN_IN_REFUSED, account=address_mark(email))
        raise Invalid(NO_MATCH)
    await _attach_guest_orders(tools.database, found)
    note(Event.SIGNED_IN, user=found.id)
    return found


async def _attach_guest_orders(database: Database, user: User) -> None:
    """Most have none, so it is asked before anything is locked."""
    async with database.writer() as connection:
        if not await has_guest_orders(connection, user.id, user.email_norm):
            return
    async with database.transaction() as connection:
        if await hold_user(connection, user.id):
            await attach_orders(connection, user.id, user.email_norm)


async def open_session(database: Database, owner: Owner) -> str:
    """Open a session and return its secret, 256 random bits; only its hash is kept.

    Raises:
        Invalid: the password was replaced meanwhile, which ended every session, or the account was deleted.
    """
    secret = secrets.token_urlsafe(32)
    new = NewSession(key_sha256=sha256_hex(secret), user_id=owner.user_id, agent=owner.agent, life_s=owner.life_s)
    async with database.writer() as connection:
        if not await add_shopper_session(connection, new, owner.password_hash):
            raise Invalid(REPLACED)
    return secret


async def end_by_key(database: Database, key_sha256: str) -> None:
    async with database.writer() as connection:
        await end_session(connection, key_sha256)
    note(Event.SESSION_ENDED, session=key_sha256[:12])


async def end_own(database: Database, user_id: int, session_id: int) -> str:
    """End one of one's own sessions; one that ended before stays so.

    Raises:
        NotFound: there is none of this id, or it is somebody else's.
    """
    async with database.transaction() as connection:
        key = await key_of_session(connection, user_id, session_id)
        if key is None:
            raise NotFound("There is no such session.")
        await end_session(connection, key)
    note(Event.SESSION_ENDED, user=user_id)
    return key


async def end_others(database: Database, user_id: int, kept_key: str) -> list[str]:
    """End every session of an account but the one at hand."""
    async with database.transaction() as connection:
        keys = await keys_to_end(connection, user_id, kept_key)
        for key in keys:
            await end_session(connection, key)
    note(Event.SESSION_ENDED, user=user_id, sessions=len(keys))
    return keys
