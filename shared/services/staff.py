"""Staff: adding somebody, the link that sets a password once, signing in and out."""

import hashlib
import secrets
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from shared.db import Connection, Database
from shared.domain.emails import normalise_email
from shared.errors import FieldError, Gone, Invalid, NotFound
from shared.passwords import Passwords
from shared.queries import staff as queries
from shared.queries.staff import ROLES, Staff
from shared.security_log import Event, address_mark, note

LINK_LIFE_S = 24 * 3600
PURPOSE = "staff_password"
REPLACED = "The password was changed meanwhile. Try once more."
OLD_LINK = "This link was used already, or is too old. Ask for a new one."


@dataclass(frozen=True, kw_only=True)
class StaffTools:
    database: Database
    passwords: Passwords
    session_idle_s: int
    session_absolute_s: int


def sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def add_staff(database: Database, email: str, role: str) -> Staff:
    """Add somebody, or change the role of somebody who is there.

    Raises:
        Invalid: names the field email or role.
    """
    if role not in ROLES:
        raise Invalid(errors=[FieldError("role", f"A role is one of {', '.join(ROLES)}.")])
    try:
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Invalid(errors=[FieldError("email", "That is no e-mail address, as in name@example.org.")]) from error
    email_norm = normalise_email(email)
    async with database.transaction() as connection:
        await queries.save_staff(connection, email, email_norm, role)
        added = await queries.staff_by_email(connection, email_norm)
    assert added is not None
    return added


async def make_password_link(database: Database, staff_id: int) -> str:
    """Make the secret of a link that sets a password once; only its hash is kept."""
    secret = secrets.token_urlsafe(32)
    async with database.writer() as connection:
        await queries.add_token(connection, sha256(secret), PURPOSE, staff_id, LINK_LIFE_S)
    return secret


async def link_is_good(database: Database, secret: str) -> bool:
    async with database.writer() as connection:
        return await queries.token_is_good(connection, sha256(secret), PURPOSE)


async def set_password_by_link(tools: StaffTools, secret: str, password: str) -> str:
    """Use a link up, and return whose it was: the e-mail.

    Raises:
        Invalid: names the field password; the link stays good.
        Gone: the link is unknown, used or too old.
    """
    await tools.passwords.check_new(password)
    if not await link_is_good(tools.database, secret):  # looked at first, so that nobody has us hash for nothing
        raise Gone(OLD_LINK)
    password_hash = await tools.passwords.hash(password)
    async with tools.database.transaction() as connection:
        staff_id = await queries.use_token(connection, sha256(secret), PURPOSE)
        if staff_id is None:
            raise Gone(OLD_LINK)
        await replace_password(connection, staff_id, password_hash)
        email = await queries.email_of_staff(connection, staff_id)
    note(Event.PASSWORD_SET, staff=staff_id)
    return email


async def change_password(tools: StaffTools, staff: Staff, current: str, password: str) -> None:
    """Set one's own password.

    Raises:
        Invalid: it is not the current one, or names the field password; nothing is changed.
    """
    await tools.passwords.check_new(password)
    if not await tools.passwords.fits(staff.password_hash, current):
        note(Event.PASSWORD_REFUSED, staff=staff.id)
        raise Invalid("This is not your password.")
    password_hash = await tools.passwords.hash(password)
    async with tools.database.transaction() as connection:
        if not await queries.lock_with_hash(connection, staff.id, staff.password_hash):
            raise Invalid(REPLACED)
        await replace_password(connection, staff.id, password_hash)
    note(Event.PASSWORD_SET, staff=staff.id)


async def replace_password(connection: Connection, staff_id: int, password_hash: str) -> None:
    """Set a password and end every session that the old one opened."""
    await queries.set_password_hash(connection, staff_id, password_hash)
    await queries.end_sessions_of(connection, "staff", staff_id)


async def sign_in(tools: StaffTools, email: str, password: str) -> str:
    """Open a session and return its secret, 256 random bits; only its hash is kept.

    Known and unknown addresses get the same answer in the same time.

    Raises:
        Invalid: address and password do not match.
    """
    async with tools.database.writer() as connection:
        found = await queries.staff_by_email(connection, normalise_email(email))
    if not await tools.passwords.fits(found.password_hash if found else None, password) or found is None:
        note(Event.SIGN_IN_REFUSED, account=address_mark(email))
        raise Invalid("E-mail and password do not match. Check both, or ask for a new link.")
    secret = secrets.token_urlsafe(32)
    async with tools.database.transaction() as connection:
        if not await queries.lock_with_hash(connection, found.id, found.password_hash):
            raise Invalid(REPLACED)
        await queries.add_session(connection, sha256(secret), "staff", found.id, tools.session_absolute_s)
    note(Event.SIGNED_IN, staff=found.id)
    return secret


async def who_is(tools: StaffTools, secret: str) -> Staff | None:
    """Who is signed in with this session; None if nobody is."""
    key = sha256(secret)
    async with tools.database.writer() as connection:
        found = await queries.staff_of_session(connection, key, tools.session_idle_s)
        if found:
            await queries.note_seen(connection, key)
    return found


async def sign_out(database: Database, secret: str) -> None:
    async with database.writer() as connection:
        await queries.end_session(connection, sha256(secret))
    note(Event.SESSION_ENDED, session=sha256(secret)[:12])


async def remove_staff(database: Database, email: str) -> None:
    """Let somebody in no more: sessions and open links end at once; what they did keeps their name.

    Raises:
        NotFound: nobody of this address works here.
    """
    async with database.transaction() as connection:
        found = await queries.staff_by_email(connection, normalise_email(email))
        if found is None:
            raise NotFound(f"Nobody here is called {email}.")
        await queries.mark_deleted(connection, found.id)
        await queries.use_tokens_of(connection, PURPOSE, found.id)
        await queries.end_sessions_of(connection, "staff", found.id)
    note(Event.ACCOUNT_DELETED, staff=found.id)
