"""What a load run keeps outside the database: its carts, and what Redis counts and knows of its shoppers."""

import re
from collections.abc import Callable, Collection, Sequence

from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.domain.emails import account_name
from shared.domain.load_runs import OWN_ID_LENGTH, run_of_cart
from shared.dynamo import Dynamo, DynamoAway
from shared.errors import Unavailable

REDIS_AWAY = "Redis does not answer; purge the run again when it does."
LOT = 500  # keys or items looked through at once


class RunCarts:
    """A cart is known by its id, which begins with the run's name (`shared.domain.load_runs`)."""

    def __init__(self, redis: Redis, dynamo: Dynamo | None, table: str) -> None:
        """Take no Dynamo where carts are kept elsewhere."""
        self._redis, self._dynamo, self._table = redis, dynamo, table

    async def forget_in_redis(self, run: str) -> int:
        """All that Redis knows by the ids of carts: lines, what was seen and counted; returns how many keys."""
        marked = rf"{re.escape(run)}_[A-Za-z0-9_-]{{{OWN_ID_LENGTH}}}"
        ours = re.compile(rf"((cart|seen):{{|rate:[a-z-]+:){marked}(}}.*)?")
        return await self._delete(f"*{run}_*", lambda key: ours.fullmatch(key) is not None)

    async def forget_accounts(self, emails: Sequence[str], sessions: Sequence[str], links: Sequence[str]) -> int:
        """Copies of sessions, and limits counted by account, session or link; returns how many keys."""
        names = {*map(account_name, emails), *sessions, *links}
        return await self._delete("session:*", lambda key: key.partition(":")[2] in names) + await self._delete(
            "rate:*", lambda key: _counted(key, names)
        )

    async def forget_marks(self, of: Sequence[str]) -> int:
        """The marks of the last writes of orders and accounts (`shared.own_writes`); returns how many keys."""
        try:
            return int(await self._redis.delete(*(f"wrote:{name}" for name in of)))
        except (RedisError, OSError) as error:
            raise Unavailable(REDIS_AWAY) from error

    async def _delete(self, pattern: str, is_ours: Callable[[str], bool]) -> int:
        gone = 0
        try:
            async for key in self._redis.scan_iter(pattern, LOT):
                gone += await self._redis.delete(key) if is_ours(key) else 0
        except (RedisError, OSError) as error:
            raise Unavailable(REDIS_AWAY) from error
        return gone

    async def forget_in_dynamo(self, run: str) -> int:
        """Returns how many carts; 0 where carts are kept elsewhere."""
        if self._dynamo is None:
            return 0
        gone, start = 0, dict[str, object]()
        try:
            while True:
                page = await self._dynamo.call("scan", **_carts_of(self._table, run), **start)
                for item in page["Items"]:
                    if run_of_cart(item["id"]["S"]) == run:
                        await self._dynamo.call("delete_item", TableName=self._table, Key={"id": item["id"]})
                        gone += 1
                if "LastEvaluatedKey" not in page:
                    return gone
                start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        except DynamoAway as error:
            raise Unavailable(f"Carts in DynamoDB cannot be deleted now: {error}") from error


def _counted(key: str, names: Collection[str]) -> bool:
    """Whether a limit, `rate:KIND:WHO`, counts one of these."""
    return key.split(":", 2)[-1] in names


def _carts_of(table: str, run: str) -> dict[str, object]:
    return {
        "TableName": table,
        "ProjectionExpression": "id",
        "FilterExpression": "begins_with(id, :run)",
        "ExpressionAttributeValues": {":run": {"S": f"{run}_"}},
        "Limit": LOT,
    }
