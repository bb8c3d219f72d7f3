"""Accounts of shoppers: registering, proving the e-mail, a forgotten password, changing it.

Known and unknown addresses pass the same statements, so that neither answer nor time tells them apart. Nobody signs in
before the address is proven; proving takes the link AND the password, so that whoever registered with somebody else's
address gains nothing from a careless click.
"""

from dataclasses import dataclass

from shared.db import Connection, Database
from shared.domain.emails import normalise_email
from shared.errors import FieldError, Invalid
from shared.queries import users
from shared.queries.account_orders import attach_orders
from shared.queries.users import User
from shared.security_log import Event, note
from shared.services.account_links import (
    KNOWN,
    REPLACED,
    RESET,
    VERIFY,
    AccountTools,
    end_all,
    find_link,
    lock_with_password,
    use_link,
    write_to,
)


@dataclass(frozen=True)
class Proven:
    """An account whose owner has just proven to be one; the keys are of sessions that ended by it."""

    user_id: int
    password_hash: str | None
    ended_keys: tuple[str, ...] = ()


async def register(tools: AccountTools, email: str, password: str, test_run: str | None = None) -> str:
    """Make an account, or write to whoever has one; returns the done-key of the mail.

    Args:
        test_run: the load run that the account belongs to, if any.
    Raises:
        Invalid: names the field password.
    """
    await tools.passwords.check_new(password)
    password_hash = await tools.passwords.hash(password)
    email_norm = normalise_email(email)

    async def work(connection: Connection) -> str:
        await users.add_user(connection, email, email_norm, password_hash, test_run)
        user = await users.user_by_email(connection, email_norm)
        return await write_to(tools, connection, user, KNOWN if user and user.verified_at else VERIFY)

    return await tools.database.retrying(work)


async def add_proven(database: Database, email: str, password_hash: str, test_run: str | None = None) -> None:
    """An account for trying the shop out, which is taken for proven; its sessions end, its password is this one."""

    async def work(connection: Connection) -> None:
        await users.add_user(connection, email, normalise_email(email), password_hash, test_run)
        user = await users.user_by_email(connection, normalise_email(email))
        assert user is not None
        await _be_proven(connection, user)
        await _replace_password(connection, user.id, password_hash)

    await database.retrying(work)


async def forget_password(tools: AccountTools, email: str) -> str:
    """Mail a link that sets a new password; returns the done-key of the mail, which for nobody is never sent."""

    async def work(connection: Connection) -> str:
        return await write_to(tools, connection, await users.user_by_email(connection, normalise_email(email)), RESET)

    return await tools.database.retrying(work)


async def prove(tools: AccountTools, secret: str, password: str) -> Proven:
    """Prove an address by its link and the password that was chosen with it.

    Raises:
        Gone; Invalid: it is another password; the link stays good.
    """
    link = await find_link(tools.database, secret, VERIFY)
    async with tools.database.writer() as connection:
        user = await users.user_by_id(connection, link.owner_id)
    if not await tools.passwords.fits(user.password_hash if user else None, password) or user is None:
        note(Event.PASSWORD_REFUSED, user=link.owner_id)
        raise Invalid("This is not the password that you chose. If you forgot it, set a new one.")
    known_hash = user.password_hash

    async def work(connection: Connection) -> Proven:
        locked = await use_link(connection, secret, VERIFY)
        if locked.password_hash != known_hash:  # registered once more while we looked
            raise Invalid(REPLACED)
        await _be_proven(connection, locked)
        return Proven(locked.id, known_hash)

    return await tools.database.retrying(work)


async def reset_password(tools: AccountTools, secret: str, password: str) -> Proven:
    """Set a new password by a mailed link, which proves the address, too; every session ends.

    Raises:
        Invalid: names the field password; the link stays good. Gone.
    """
    await tools.passwords.check_new(password)
    await find_link(tools.database, secret, RESET)
    password_hash = await tools.passwords.hash(password)

    async def work(connection: Connection) -> Proven:
        locked = await use_link(connection, secret, RESET)
        await _be_proven(connection, locked)
        return Proven(locked.id, password_hash, await _replace_password(connection, locked.id, password_hash))

    return _told(await tools.database.retrying(work))


async def change_password(tools: AccountTools, user_id: int, current: str, password: str) -> Proven:
    """Set a new password; every session ends, so the caller opens a new one.

    Raises:
        Invalid: names the field current or password.
    """
    await tools.passwords.check_new(password)
    async with tools.database.writer() as connection:
        user = await users.user_by_id(connection, user_id)
    if not await tools.passwords.fits(user.password_hash if user else None, current) or user is None:
        note(Event.PASSWORD_REFUSED, user=user_id)
        raise Invalid(errors=[FieldError("current", "This is not your password.")])
    password_hash = await tools.passwords.hash(password)

    async def work(connection: Connection) -> Proven:
        await lock_with_password(connection, user, "current")
        return Proven(user_id, password_hash, await _replace_password(connection, user_id, password_hash))

    return _told(await tools.database.retrying(work))


def _told(proven: Proven) -> Proven:
    note(Event.PASSWORD_SET, user=proven.user_id)
    return proven


async def _be_proven(connection: Connection, user: User) -> None:
    await users.set_verified(connection, user.id)
    await attach_orders(connection, user.id, user.email_norm)


async def _replace_password(connection: Connection, user_id: int, password_hash: str) -> tuple[str, ...]:
    await users.set_password(connection, user_id, password_hash)
    return await end_all(connection, user_id)
