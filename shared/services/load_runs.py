"""Opening and ending a load run, and what it left (docs/decisions/0022)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.db import Connection, Database, is_duplicate
from shared.domain.load_runs import RunToken
from shared.errors import FieldError, Invalid, NotFound, RunExists
from shared.queries import load_runs as queries
from shared.queries.catalog import variants_by_sku
from shared.queries.load_runs import LoadRun
from shared.queries.run_orders import RunOrder, run_orders
from shared.queries.run_stock import PoolRow, fill_pool, set_pool, touched_pool

EACH = 1000  # pieces of a variant, where nothing else is asked for
MOST_STOCK = 100_000  # rows of a report
DEFAULT = "default"


async def open_run(database: Database, token: RunToken, stock: Mapping[str, int]) -> LoadRun:
    """Open a run with a pool of every variant.

    Args:
        stock: pieces by SKU, and under "default" of every other variant.
    Raises:
        RunExists; Invalid: names the SKUs that the catalogue does not know.
    """
    single = {sku: pieces for sku, pieces in stock.items() if sku != DEFAULT}

    async def work(connection: Connection) -> None:
        await _check_skus(connection, list(single))
        await queries.open_run(connection, token.run, token.expires_s)
        after: int | None = 0
        while after is not None:
            after = await fill_pool(connection, token.run, stock.get(DEFAULT, EACH), after)
        await set_pool(connection, token.run, single)

    try:
        await database.retrying(work)
    except Exception as error:
        if is_duplicate(error):
            raise RunExists from error
        raise
    return await find(database, token.run)


async def _check_skus(connection: Connection, skus: Sequence[str]) -> None:
    known = await variants_by_sku(connection, skus)
    unknown = [FieldError(f"stock.{sku}", "There is no such piece.") for sku in skus if sku not in known]
    if unknown:
        raise Invalid(errors=unknown)


async def find(database: Database, run: str) -> LoadRun:
    """Raises NotFound: it was never opened, or is gone."""
    async with database.writer() as connection:
        found = await queries.find_run(connection, run)
    if found is None:
        raise NotFound("There is no such run.")
    return found


async def end(database: Database, run: str) -> LoadRun:
    async with database.writer() as connection:
        await queries.end_run(connection, run)
    return await find(database, run)


@dataclass(frozen=True)
class RunPage:
    """Orders, where the next page begins, and on the first page what was sold."""

    orders: Sequence[RunOrder]
    next: str | None
    stock: Sequence[PoolRow] | None


async def page_of(database: Database, run: str, after_id: int, limit: int) -> RunPage:
    async with database.writer() as connection:
        found = await run_orders(connection, run, after_id, limit + 1)
        stock = None if after_id else await touched_pool(connection, run, MOST_STOCK)
    orders = found[:limit]
    return RunPage(orders, str(orders[-1].id) if len(found) > limit else None, stock)
