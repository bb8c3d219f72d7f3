"""Bringing a browser to the cart of its account, and what it carried as a guest with it (docs/decisions/0016).

A guest's cart is first taken, in the database, as an order takes a cart; then its pieces are added to the account's
cart, which knows the join by its number; then the join is noted as done. Whatever dies in between, the next look goes
on from there: nothing is lost, nothing is added twice. With the store away the browser keeps what it has, unless that
is the cart of another account, whose session ended in this browser.
"""

from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING

from shared.domain.cart import Cart
from shared.domain.load_runs import marked_cart_id, run_of_cart
from shared.errors import ShopError
from shared.queries.account_carts import (
    AccountCart,
    account_of_cart,
    cart_of_account,
    due_joins,
    has_joins_not_shown,
    note_joined,
)
from shared.services import account_carts as service
from storefront.cart_store import StoreAway, new_cart_id

if TYPE_CHECKING:
    from storefront.shop import Shop

TRIES = 20  # each means that another browser of this account did a step of the same just then


async def follow(shop: "Shop", user_id: int, known: Cart) -> Cart | None:
    """The cart that this browser goes on with; None: with the one it has.

    Args:
        known: the copy that the browser came with.
    """
    seen = await _seen(shop, user_id)
    if seen.cart_id is not None and seen.cart_id == known.id and not seen.is_due:
        return None
    with suppress(StoreAway):
        for _ in range(TRIES):
            if cart := await _follow(shop, user_id, seen, known):
                return cart
            seen = await _seen(shop, user_id)
    return _new_cart(seen) if await service.is_of_another(shop.database, user_id, known.id) else None


async def is_an_accounts(shop: "Shop", cart_id: str) -> bool:
    async with shop.database.writer() as connection:
        return await account_of_cart(connection, cart_id) is not None


async def has_news(shop: "Shop", user_id: int) -> bool:
    """Whether there is something to tell of a guest's cart that was joined."""
    async with shop.database.writer() as connection:
        return await has_joins_not_shown(connection, user_id, service.TOLD_FOR_S)


async def _follow(shop: "Shop", user_id: int, seen: AccountCart, known: Cart) -> Cart | None:
    """One try; None: others were faster."""
    guest = await _carried(shop, user_id, seen, known)
    own = await shop.carts.look_up(seen.cart_id or guest.id or new_cart_id())
    if seen.cart_id is None or own.revision == 0:  # the account's first one, or lost together with its store
        return await _begin(shop, user_id, seen, guest)
    if seen.is_due:
        own = await _add_what_is_due(shop, user_id, own)
        return own if guest.id == own.id or not guest.quantities else None
    if guest.id == own.id or not guest.quantities:
        return own
    if not await service.take_guest_cart(shop.database, user_id, seen, own, guest):
        return None
    own = await _add_what_is_due(shop, user_id, own)
    with suppress(ShopError):  # else the next look at it does that
        await shop.carts.read(guest)
    return own


async def _carried(shop: "Shop", user_id: int, seen: AccountCart, known: Cart) -> Cart:
    """What the browser carries as a guest; a cart of another account, or of another load run than its, is none.

    Its copy goes from this browser now, so a store that lost it gets it back before.
    """
    is_foreign = known.id is not None and run_of_cart(known.id) != seen.test_run
    if is_foreign or await service.is_of_another(shop.database, user_id, known.id):
        await shop.carts.read(known)
        return Cart(None, 0, MappingProxyType({}))
    return await shop.carts.read(known)


async def _begin(shop: "Shop", user_id: int, seen: AccountCart, guest: Cart) -> Cart | None:
    """The guest's cart becomes the account's, as it is; without one an empty cart does."""
    cart = guest if guest.revision else _new_cart(seen)
    if not await service.give_cart(shop.database, user_id, seen, cart.id or ""):
        return None
    cart = await shop.carts.read(cart)
    return await _add_what_is_due(shop, user_id, cart) if seen.is_due else cart


def _new_cart(seen: AccountCart) -> Cart:
    cart_id = new_cart_id()
    return Cart(marked_cart_id(seen.test_run, cart_id) if seen.test_run else cart_id, 1, MappingProxyType({}))


async def _add_what_is_due(shop: "Shop", user_id: int, own: Cart) -> Cart:
    async with shop.database.writer() as connection:
        due = await due_joins(connection, user_id)
    for join in due:
        own = await shop.carts.join(own, join.added, join.id)
        async with shop.database.writer() as connection:
            await note_joined(connection, join.id)
    return own


async def _seen(shop: "Shop", user_id: int) -> AccountCart:
    async with shop.database.writer() as connection:
        return await cart_of_account(connection, user_id)
