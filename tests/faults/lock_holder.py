"""`python -m tests.faults.lock_holder URL SKU`: locks a variant's row in a transaction, says so, and never ends it."""

import asyncio
import sys

from shared.db import Database


async def hold(url: str, sku: str) -> None:
    async with Database(url).transaction() as connection:
        await connection.execute("UPDATE variants SET stock = stock WHERE sku = %s", (sku,))
        sys.stdout.write("held\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(hold(sys.argv[1], sys.argv[2]))
