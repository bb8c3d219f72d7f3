"""Changing the e-mail of an account: asked for with the password, done by the link that was mailed to the new address.

Whether the new address has an account already is told to its owner alone, by mail: whoever asks gets one answer.
"""

from pymysql.err import IntegrityError

from shared.db import Connection, is_duplicate
from shared.domain.emails import normalise_email
from shared.errors import FieldError, Gone, Invalid
from shared.queries import users
from shared.queries.account_orders import attach_orders
from shared.queries.erasing import erase_mails_of
from shared.queries.users import User
from shared.security_log import Event, note
from shared.services.account_links import (
    ASKED,
    CHANGE,
    MOVED,
    NO_ACCOUNT,
    OLD_LINK,
    TAKEN,
    AccountTools,
    end_all,
    find_link,
    use_link,
    write_to,
)
from shared.services.accounts import Proven


async def check_password_of(tools: AccountTools, user_id: int, password: str) -> User:
    """Raises Invalid, which names the field password."""
    async with tools.database.writer() as connection:
        user = await users.user_by_id(connection, user_id)
    if not await tools.passwords.fits(user.password_hash if user else None, password) or user is None:
        note(Event.PASSWORD_REFUSED, user=user_id)
        raise Invalid(errors=[FieldError("password", "This is not the password of the account.")])
    return user


async def ask_for_email(tools: AccountTools, user_id: int, email: str) -> list[str]:
    """Mail a link to the new address and word to the old one; returns the done-keys of both mails.

    Raises:
        Invalid: names the field email: the account has it already. Gone: the account is no more.
    """
    email_norm = normalise_email(email)

    async def work(connection: Connection) -> list[str]:
        user = await users.lock_user(connection, user_id)
        if user is None:
            raise Gone(NO_ACCOUNT)
        if email_norm == user.email_norm:
            raise Invalid(errors=[FieldError("email", "This is the address that your account has.")])
        holder = await users.user_by_email(connection, email_norm)
        await users.use_links_of(connection, CHANGE, user_id)  # the last one counts
        owner, purpose = (holder, TAKEN) if holder and holder.verified_at else (user, CHANGE)
        to_new = await write_to(tools, connection, owner, purpose, email)
        return [to_new, await write_to(tools, connection, user, ASKED, user.email)]

    return await tools.database.retrying(work)


async def change_email(tools: AccountTools, secret: str, password: str) -> Proven:
    """Change it by the mailed link and the password; every session ends, and the old address gets word.

    Raises:
        Invalid: it is another password; the link stays good.
        Gone: the link is, or the address was proven for another account meanwhile, whose owner gets a mail.
    """
    link = await find_link(tools.database, secret, CHANGE)
    user = await check_password_of(tools, link.owner_id, password)

    async def work(connection: Connection) -> tuple[str, ...] | None:
        return await _move(tools, connection, await use_link(connection, secret, CHANGE), link.email or "")

    try:
        ended_keys = await tools.database.retrying(work)
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        ended_keys = await tools.database.retrying(work)  # somebody registered with this address just now
    if ended_keys is None:
        raise Gone(OLD_LINK)
    note(Event.EMAIL_CHANGED, user=user.id)
    return Proven(user.id, user.password_hash, ended_keys)


async def _move(tools: AccountTools, connection: Connection, user: User, email: str) -> tuple[str, ...] | None:
    """The keys of the sessions that ended; None: the address is another account's."""
    email_norm = normalise_email(email)
    holder = await users.user_by_email(connection, email_norm)
    holder = await users.lock_user(connection, holder.id) if holder else None
    if holder is not None and holder.verified_at is not None:
        await write_to(tools, connection, holder, TAKEN)
        return None
    if holder is not None:  # nobody ever proved that it is theirs
        await erase_mails_of(connection, holder.id)
        await users.erase_user(connection, holder.id)
    await users.set_email(connection, user.id, email, email_norm)
    await attach_orders(connection, user.id, email_norm)
    await write_to(tools, connection, user, MOVED, user.email)
    return await end_all(connection, user.id)
