"""What the shop sells while it is being hurt."""

from shared.db import Database
from shared.queries.stock import StockMove, record_moves
from tests.factories import add_variant

PIECES = 10_000  # of each SKU, so that nobody is ever refused for want of stock
PRICE_CENTS = 2990


async def fill_shelf(database: Database, count: int = 8) -> list[str]:
    """So many SKUs, in the stock ledger, too."""
    skus = [f"HOT{number:02}-NAV-M" for number in range(1, count + 1)]
    for sku in skus:
        await add_variant(database, sku=sku, stock=PIECES, price_cents=PRICE_CENTS)
    async with database.transaction() as connection:
        await record_moves(connection, [StockMove(sku, "received", "opening", PIECES) for sku in skus])
    return skus
