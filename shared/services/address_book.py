"""Changing an address book: under the account's lock, so that it is never too long and has one default."""

from shared.db import Connection, Database
from shared.domain.countries import Address
from shared.errors import Conflict, Gone, NotFound
from shared.queries import addresses as queries
from shared.queries.users import lock_user
from shared.services.account_links import NO_ACCOUNT

NONE = "There is no such address."


async def add_address(database: Database, user_id: int, place: Address) -> None:
    """The first one is the default.

    Raises:
        Conflict: the book is full. Gone: the account was deleted, in another browser.
    """

    async def work(connection: Connection) -> None:
        if await lock_user(connection, user_id) is None:
            raise Gone(NO_ACCOUNT)
        known = await queries.addresses_of(connection, user_id)
        if len(known) >= queries.MOST:
            raise Conflict(f"An address book holds {queries.MOST} addresses. Remove one first.")
        added = await queries.insert_address(connection, user_id, place)
        if not known:
            await queries.set_default(connection, user_id, added)

    await database.retrying(work)


async def change_address(database: Database, user_id: int, address_id: int, place: Address) -> None:
    """Raises NotFound: the account has no such address."""
    async with database.writer() as connection:
        if not await queries.update_address(connection, user_id, address_id, place):
            raise NotFound(NONE)


async def use_first(database: Database, user_id: int, address_id: int) -> None:
    """Make an address the default one; raises NotFound."""

    async def work(connection: Connection) -> None:
        await lock_user(connection, user_id)
        if await queries.address_of(connection, user_id, address_id) is None:
            raise NotFound(NONE)
        await queries.set_default(connection, user_id, address_id)

    await database.retrying(work)


async def remove_address(database: Database, user_id: int, address_id: int) -> None:
    """Remove an address; the oldest left follows a default that went. Removing twice is no fault."""

    async def work(connection: Connection) -> None:
        await lock_user(connection, user_id)
        await queries.delete_address(connection, user_id, address_id)
        left = await queries.addresses_of(connection, user_id)
        if left and not left[0].is_default:
            await queries.set_default(connection, user_id, left[0].id)

    await database.retrying(work)
