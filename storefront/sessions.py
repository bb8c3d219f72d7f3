"""Who of the shoppers is signed in: asked from Redis, known by MySQL.

The row is the truth; Redis keeps a copy for half a minute, written by SET NX. At sign-out the row ends first, then a
tombstone takes the copy's place: after a mere DEL, a reader that asked the database just before would fill it again.
Without Redis every question goes to the database, and nobody is signed out.
"""

import json
import re
from collections.abc import Iterable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.db import Database
from shared.domain.mailed_links import sha256_hex
from shared.queries.shopper_sessions import SignedIn, holder_of
from shared.queries.staff import note_seen
from shared.services import shopper_sessions as service
from shared.services.shopper_sessions import Owner

COPY_S = 30
TOMBSTONE_S = 2 * COPY_S  # outlives every copy that a slow reader may still write
ENDED = "ended"
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


class Sessions:
    def __init__(self, database: Database, redis: Redis, idle_s: int, absolute_s: int) -> None:
        self._database, self._redis = database, redis
        self.idle_s, self._absolute_s = idle_s, absolute_s

    async def open(self, user_id: int, user_agent: str, password_hash: str | None = None) -> str:
        """A new session's secret, for the cookie.

        Raises:
            Invalid: the account has another password by now than the one that was given.
        """
        owner = Owner(user_id, browser_words(user_agent), self._absolute_s, password_hash)
        return await service.open_session(self._database, owner)

    async def who(self, secret: str | None) -> SignedIn | None:
        """Who holds this session; junk is no session."""
        if secret is None or not SECRET.fullmatch(secret):
            return None
        key = sha256_hex(secret)
        copy = await self._copy(key)
        if copy is not None:
            return None if copy == ENDED else SignedIn(**json.loads(copy))
        return await self._read(key)

    async def end(self, secret: str) -> None:
        key = sha256_hex(secret)
        await service.end_by_key(self._database, key)
        await self.forget([key])

    async def end_one(self, user_id: int, session_id: int) -> None:
        """Raises NotFound: it is none of this account's."""
        await self.forget([await service.end_own(self._database, user_id, session_id)])

    async def end_others(self, user_id: int, secret: str) -> None:
        await self.forget(await service.end_others(self._database, user_id, sha256_hex(secret)))

    async def forget(self, keys: Iterable[str]) -> None:
        """Put tombstones for sessions whose rows have ended; without Redis its copies end by themselves."""
        for key in keys:
            try:
                await self._redis.set(_name(key), ENDED, ex=TOMBSTONE_S)
            except RedisError:
                return

    async def _read(self, key: str) -> SignedIn | None:
        async with self._database.writer() as connection:
            found = await holder_of(connection, key, self.idle_s)
            if found:
                await note_seen(connection, key)
        if found:
            await self._keep(key, found)
        return found

    async def _copy(self, key: str) -> str | None:
        try:
            copy = await self._redis.get(_name(key))
        except RedisError:
            return None
        return None if copy is None else str(copy)  # the client decodes: see `open_redis`

    async def _keep(self, key: str, found: SignedIn) -> None:
        life_s = min(COPY_S, found.left_s, self.idle_s)
        if life_s < 1:
            return
        try:
            await self._redis.set(_name(key), json.dumps(vars(found)), ex=life_s, nx=True)
        except RedisError:
            return


def browser_words(user_agent: str) -> str:
    """ "Firefox on Linux", out of a User-Agent header, of which nothing itself is kept."""
    browser = next((words for sign, words in BROWSERS if sign in user_agent), "A browser")
    system = next((words for sign, words in SYSTEMS if sign in user_agent), "")
    return f"{browser} on {system}" if system else browser


def _name(key: str) -> str:
    return f"session:{key}"
