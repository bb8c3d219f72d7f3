"""The cart of an account: which one it is, what of a guest's cart it gets, and what its owner is told of that.

Everything is decided under the account's lock. Whoever comes with an outdated picture is told to look again.
"""

from collections.abc import Awaitable, Callable

from pymysql.err import IntegrityError

from shared.db import Connection, Database, is_duplicate
from shared.domain.cart import Cart
from shared.domain.cart_joining import plan_join
from shared.queries import account_carts as queries
from shared.queries.account_carts import AccountCart, Joined, NewJoin
from shared.queries.users import lock_user
from shared.services.shelves import variants_for

TOLD_FOR_S = 3600  # a shopper who comes back later sees the cart itself


async def is_of_another(database: Database, user_id: int, cart_id: str | None) -> bool:
    """Whether a cart is another account's: its session may be over, its cart is no guest's."""
    if cart_id is None:
        return False
    async with database.writer() as connection:
        return await queries.account_of_cart(connection, cart_id) not in (None, user_id)


async def give_cart(database: Database, user_id: int, seen: AccountCart, cart_id: str) -> bool:
    """Let an account have a cart in the place of what it was seen with; False: look again."""

    async def work(connection: Connection) -> bool:
        if not await _is_as_seen(connection, user_id, seen):
            return False
        if seen.cart_id is not None:
            await queries.remember_owner(connection, seen.cart_id, user_id)
        await queries.set_cart(connection, user_id, cart_id)
        return True

    return await _unless_others_were_faster(database, work)


async def take_guest_cart(database: Database, user_id: int, seen: AccountCart, own: Cart, guest: Cart) -> bool:
    """Take a guest's cart for an account: from now on its pieces are due in the account's cart. False: look again.

    Args:
        own: the account's cart, read after `seen`.
    """
    assert guest.id is not None

    async def work(connection: Connection) -> bool:
        if not await _is_as_seen(connection, user_id, seen):
            return False
        variants = await variants_for(connection, seen.test_run, list(guest.quantities))
        on_sale = {variant.sku: variant.stock for variant in variants.values() if not variant.withdrawn}
        plan = plan_join(own.quantities, guest.quantities, on_sale)
        join = NewJoin(guest.id or "", guest.revision, guest.quantities, user_id, plan.added, plan.cuts)
        await queries.take_cart(connection, join)
        return True

    return await _unless_others_were_faster(database, work)


async def tell_of_joins(database: Database, user_id: int) -> list[Joined]:
    """What became of guests' carts lately; each is told of once."""

    async def work(connection: Connection) -> list[Joined]:
        found = await queries.joins_not_shown(connection, user_id, TOLD_FOR_S)
        for joined in found:
            await queries.note_shown(connection, joined.id)
        return found

    return await database.retrying(work)


async def _is_as_seen(connection: Connection, user_id: int, seen: AccountCart) -> bool:
    user = await lock_user(connection, user_id)
    return user is not None and await queries.cart_of_account(connection, user_id) == seen


async def _unless_others_were_faster(database: Database, work: Callable[[Connection], Awaitable[bool]]) -> bool:
    """A UNIQUE key that refuses a row means that this cart was given or taken just now."""
    try:
        return await database.retrying(work)
    except IntegrityError as error:
        if is_duplicate(error):
            return False
        raise
