"""Taking a load run out of the shop, to the last row, key and file (docs/decisions/0022).

First nobody finds the run any more; then nothing is sold or worked on any more; then all goes, the run's own row last.
Whatever dies in between, the next purge goes on from there.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from shared.db import Database
from shared.domain.load_runs import KNOWN_FOR_S
from shared.errors import Conflict, NotFound, Unavailable
from shared.media import Media
from shared.queries import run_purging as queries
from shared.queries.run_orders import run_order_ids
from workers.run_carts import RunCarts

LOT, ROWS = 100, 2000  # orders or accounts in a transaction; rows of what bears the run's name in a statement
QUIET_S = 60  # after its last order a run that was not ended counts as going on
SETTLING_S = 2 * KNOWN_FOR_S  # after which no request is on its way that saw the run open
LOOK_EVERY_S = 0.5


class RunPurge:
    """One purge; `gone` counts rows by table, and "Redis keys", "carts in DynamoDB" and "files"."""

    def __init__(self, database: Database, media: Media, carts: RunCarts, run: str) -> None:
        self._database, self._media, self._carts, self._run = database, media, carts, run
        self.gone = Counter[str]()

    async def carry_out(self, patience_s: float) -> None:
        """Purge it.

        Args:
            patience_s: how long steps that are at work now are waited for.
        Raises:
            NotFound: there is no such run; Conflict: it is going on.
            Unavailable: a step is still at work, or something is away; the next purge goes on.
        """
        await self._begin()
        await asyncio.sleep(SETTLING_S)
        await self._empty("test_run_stock")
        await self._stop_steps(patience_s)
        await self._forget_carts()
        await self._delete_orders()
        await self._delete_users()
        await self._in_lots("taken_carts", lambda: self._do(queries.delete_taken_carts, ROWS))
        self.gone["audit_findings"] += await self._do(queries.delete_findings_of)
        await self._empty("stock_moves")
        await self._empty("test_runs")

    async def _begin(self) -> None:
        async with self._database.writer() as connection:
            found = await queries.progress_of(connection, self._run)
            if found is None:
                raise NotFound(f"There is no such run: {self._run}")
            is_quiet = found.last_order_s is None or found.last_order_s >= QUIET_S
            if found.is_open or not (found.has_ended or is_quiet):
                raise Conflict(f"The run {self._run} is going on. End it first, or wait until its token is too old.")
            await queries.begin_purge(connection, self._run)

    async def _do(self, query: Callable[..., Awaitable[int]], *arguments: object) -> int:
        async with self._database.writer() as connection:
            return await query(connection, self._run, *arguments)

    async def _in_lots(self, table: str, delete: Callable[[], Awaitable[int]]) -> None:
        while found := await delete():
            self.gone[table] += found

    async def _empty(self, table: str) -> None:
        async def delete() -> int:
            async with self._database.writer() as connection:
                return await queries.delete_of_run(connection, table, self._run, ROWS)

        await self._in_lots(table, delete)

    async def _stop_steps(self, patience_s: float) -> None:
        """Nothing new is begun; what is at work ends in its own way, so that it leaves no file behind."""
        until = asyncio.get_running_loop().time() + patience_s
        while at_work := await self._at_work():
            if asyncio.get_running_loop().time() > until:
                raise Unavailable(f"{at_work} steps of this run are still at work. Purge it again in a minute.")
            await asyncio.sleep(LOOK_EVERY_S)

    async def _at_work(self) -> int:
        at_work, after = 0, 0
        while ids := await self._orders(after):
            async with self._database.writer() as connection:
                at_work += await queries.stop_steps(connection, ids)
            after = ids[-1]
        return at_work

    async def _orders(self, after: int = 0) -> list[int]:
        async with self._database.writer() as connection:
            return await run_order_ids(connection, self._run, after, LOT)

    async def _delete_orders(self) -> None:
        while ids := await self._orders():
            async with self._database.writer() as connection:
                paths = await queries.files_of_orders(connection, ids)
                marks = [f"order:{number}" for number in await queries.numbers_of_orders(connection, ids)]
            await self._delete_files(paths)
            self.gone["Redis keys"] += await self._carts.forget_marks(marks)
            self.gone += await self._database.retrying(partial(queries.delete_orders, order_ids=ids))

    async def _delete_files(self, paths: Sequence[str]) -> None:
        for path in paths:
            self.gone["files"] += await self._media.delete(path)

    async def _forget_carts(self) -> None:
        self.gone["Redis keys"] += await self._carts.forget_in_redis(self._run)
        self.gone["carts in DynamoDB"] += await self._carts.forget_in_dynamo(self._run)

    async def _delete_users(self) -> None:
        while True:
            async with self._database.writer() as connection:
                users = await queries.run_users(connection, self._run, LOT)
                if not users:
                    return
                ids = [user.id for user in users]
                sessions, links = await queries.limits_of_users(connection, ids, ROWS)
            emails = [user.email for user in users]
            self.gone["Redis keys"] += await self._carts.forget_marks([f"user:{user_id}" for user_id in ids])
            self.gone["Redis keys"] += await self._carts.forget_accounts(emails, sessions, links)
            self.gone += await self._database.retrying(partial(queries.delete_users, user_ids=ids))
