"""What carts ask the database for: many callers in one statement, each told what is there after it has asked."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NamedTuple

from shared.db import Database, Reads
from shared.domain.cart import CartOrder
from shared.errors import Unavailable
from shared.queries.catalog import Variant
from shared.queries.orders import carts_with_orders, orders_of_cart
from shared.services.shelves import variants_for
from shared.shared_trips import SharedTrips

Variants = Mapping[str, Variant]

TOGETHER = 16  # callers of a statement; all of a crowd in one would go on in one turn of the loop, which stops for that
LIMIT_S = 10  # from the question to the answer; who waits for statements of others that hang waits no longer, either


class Copy(NamedTuple):
    """A cart, and the revision up to which all orders were taken out of it."""

    cart_id: str
    after_revision: int


class Wanted(NamedTuple):
    """SKUs, as shoppers of a load run, or real ones (None), find them."""

    run: str | None
    skus: Collection[str]


class CartQuestions:
    def __init__(self, database: Database, catalogue: Callable[[], AbstractAsyncContextManager[Reads]]) -> None:
        self._database, self._catalogue = database, catalogue
        self._orders = SharedTrips(self._find_orders, TOGETHER)
        self._variants = SharedTrips(self._find_variants, TOGETHER)

    async def orders(self, cart_id: str, after_revision: int) -> Sequence[CartOrder]:
        """As OrdersOfCart. The writer is asked: a reader may not know yet what was ordered a moment ago."""
        return await self._orders.ask(Copy(cart_id, after_revision))

    async def variants(self, run: str | None, skus: Collection[str]) -> Variants:
        """The variants with these SKUs, and perhaps others; unknown ones are missing, withdrawn ones say so."""
        return await self._variants.ask(Wanted(run, skus)) if skus else {}

    def close(self) -> None:
        self._orders.close()
        self._variants.close()

    async def _find_orders(self, copies: Sequence[Copy], asked_at_s: float) -> Sequence[Sequence[CartOrder]]:
        async with _in_time(asked_at_s), self._database.writer() as connection:
            ordered = await carts_with_orders(connection, copies)
            return [await orders_of_cart(connection, *copy) if copy.cart_id in ordered else () for copy in copies]

    async def _find_variants(self, questions: Sequence[Wanted], asked_at_s: float) -> Sequence[Variants]:
        wanted: dict[str | None, set[str]] = {}
        for run, skus in questions:
            wanted.setdefault(run, set()).update(skus)
        async with _in_time(asked_at_s), self._catalogue() as connection:
            found = {run: await variants_for(connection, run, sorted(skus)) for run, skus in wanted.items()}
        return [found[run] for run, _ in questions]


@asynccontextmanager
async def _in_time(asked_at_s: float) -> AsyncIterator[None]:
    """Raises Unavailable: who asked at this moment, the first of those who ask together, has waited for LIMIT_S."""
    end_s = asked_at_s + LIMIT_S
    if asyncio.get_running_loop().time() >= end_s:  # then nothing is sent
        raise Unavailable("The database does not answer.")
    try:
        async with asyncio.timeout_at(end_s):
            yield
    except TimeoutError as error:
        raise Unavailable("The database does not answer.") from error
