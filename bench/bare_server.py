"""`python -m bench.bare_server --answer PORT FILE --handlers PORT`: what an answer can cost at least.

At a file's port an asyncio protocol sends the file for whatever comes in. At the other Tornado has handlers that do one
thing each:
`/` a body of 6 kB, `/search` the one SELECT of a search, POST `/cart` a cart as JSON by GET and SET.
"""

import argparse
import asyncio
import json
import os
import secrets
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import cast

from redis.asyncio import Redis
from tornado.web import Application, RequestHandler, url

from shared.db import Database
from shared.queries.cards import STYLE_COLUMNS
from shared.queries.listing import ListingQuery
from shared.queries.listing_filter import styles_found

BODY = b"<p>Soft linen, cut wide.</p>" * 215  # 6 kB
FOUND = styles_found(ListingQuery(words=("jumper",)))
CART_TTL_S = 14 * 24 * 3600
NAIVE_COOKIE, COOKIE_SECRET = "naive_cart", "of the bench"


class Bare(asyncio.Protocol):
    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 (the request is not looked at)
        self._transport.write(self._answer)


class Plain(RequestHandler):
    def get(self) -> None:
        self.write(BODY)


class Search(RequestHandler):
    def initialize(self, database: Database) -> None:
        self._database = database

    async def get(self) -> None:
        sql = f"SELECT {STYLE_COLUMNS} {FOUND.text} ORDER BY w.score DESC, s.name, s.id LIMIT 24"
        async with self._database.reader() as connection:
            await connection.rows(sql, FOUND.args)
        self.write(BODY)


class NaiveCart(RequestHandler):
    """What an add is without a thought: read the JSON, change it, write it; two at once lose one."""

    def initialize(self, redis: Redis) -> None:
        self._redis = redis

    async def post(self) -> None:
        item = json.loads(self.request.body)
        signed = self.get_signed_cookie(NAIVE_COOKIE)
        key = signed.decode() if signed else secrets.token_urlsafe(16)
        cart = json.loads(await self._redis.get(f"naive:{key}") or "{}")
        cart[item["sku"]] = cart.get(item["sku"], 0) + item["quantity"]
        await self._redis.set(f"naive:{key}", json.dumps(cart), ex=CART_TTL_S)
        self.set_signed_cookie(NAIVE_COOKIE, key)
        self.write(cart)


async def serve(answers: Mapping[int, bytes], handlers: int) -> None:
    """Answers by port, and the port of the handlers."""
    for port, answer in answers.items():
        await asyncio.get_running_loop().create_server(partial(Bare, answer), "127.0.0.1", port)
    database = Database(os.environ["DATABASE_WRITER_URL"])
    redis = Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
    routes = (
        url("/", Plain),
        url("/search", Search, {"database": database}),
        url("/cart", NaiveCart, {"redis": redis}),
    )
    Application(list(routes), cookie_secret=COOKIE_SECRET).listen(handlers, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.bare_server")
    parser.add_argument("--answer", nargs=2, action="append", metavar=("PORT", "FILE"), required=True)
    parser.add_argument("--handlers", type=int, required=True)
    options = parser.parse_args()
    asyncio.run(serve({int(port): Path(file).read_bytes() for port, file in options.answer}, options.handlers))
