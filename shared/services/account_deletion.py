"""Deleting an account: what is left is orders and invoices, as the tax law asks, and they lead to nobody's account.

Messages and jobs carry ids only, so one that still waits, or lies dead, finds no account and sends nothing. What each
table keeps, and why, is a list in tests/integration/test_account_deletion.py.
"""

from dataclasses import dataclass

from shared.db import Connection
from shared.errors import FieldError, Invalid
from shared.queries import erasing, users
from shared.queries.account_carts import drop_carts_of
from shared.queries.addresses import delete_addresses_of
from shared.queries.shopper_sessions import keys_to_end
from shared.queries.users import User
from shared.security_log import Event, note
from shared.services.account_links import AccountTools, lock_with_password


@dataclass(frozen=True)
class Deleted:
    """What an account leaves behind outside the database: the keys of its ended sessions, and its cart."""

    ended_keys: tuple[str, ...]
    cart_id: str | None


async def delete_account(tools: AccountTools, user_id: int, password: str) -> Deleted:
    """Delete for good; what copies there are elsewhere is for the caller to forget.

    Raises:
        Invalid: names the field password; nothing is changed.
    """
    async with tools.database.writer() as connection:
        user = await users.user_by_id(connection, user_id)
    if not await tools.passwords.fits(user.password_hash if user else None, password) or user is None:
        note(Event.PASSWORD_REFUSED, user=user_id)
        raise Invalid(errors=[FieldError("password", "This is not your password.")])
    ended = await tools.database.retrying(lambda connection: _erase(connection, user))
    note(Event.ACCOUNT_DELETED, user=user_id)
    return ended


async def _erase(connection: Connection, known: User) -> Deleted:
    user_id = known.id
    await lock_with_password(connection, known, "password")
    keys = await keys_to_end(connection, user_id)
    await erasing.erase_sessions_of(connection, user_id)
    await erasing.erase_mails_of(connection, user_id)
    await delete_addresses_of(connection, user_id)
    await erasing.detach_orders(connection, user_id)
    cart_id = await drop_carts_of(connection, user_id)
    await users.erase_user(connection, user_id)
    return Deleted(tuple(keys), cart_id)
