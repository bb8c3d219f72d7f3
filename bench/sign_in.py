"""Signing in over HTTP beside argon2 alone in as many bare threads; and how late the event loop ran meanwhile."""

import asyncio
import os
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

from argon2 import PasswordHasher

from bench.askers import first_answer
from bench.requests import get, post_form
from bench.rows import Row, less_is_better, more_is_better
from bench.servers import Servers, open_servers
from bench.ways import Way
from bench.workplace import Bench, open_bench
from shared.passwords import hash_password
from shared.queries.users import add_user, set_verified, user_by_email

ROUNDS, SECONDS = 3, 2.5  # of each way in turn
ACCOUNTS = 64
PASSWORD = "wool and linen"  # noqa: S105 (of nobody)
DELAY_MS = 10  # at the 99th percentile
BUCKET = re.compile(rb'^loop_delay_seconds_bucket\{le="([\d.]+|\+Inf)"\} ([\d.]+)', re.MULTILINE)


async def measure_sign_in() -> list[Row]:
    async with open_bench() as bench, open_servers(bench) as servers:
        password_hash = await asyncio.to_thread(hash_password, PASSWORD)
        emails = cycle(await _accounts(bench, password_hash))
        signing = Way([servers.shop_pid], servers.shop, lambda: _request(next(emails)))
        checks, delays = 0, Counter[float]()
        for _ in range(ROUNDS):
            checks += await asyncio.to_thread(_checks, password_hash)
            before = await _delays(servers)
            await signing.run(SECONDS)
            delays += await _delays(servers) - before
    limit = checks / (ROUNDS * SECONDS)
    return [
        more_is_better("sign-in", signing.rate_on_this_machine, "sign-ins/s", limit=limit, target=0.85),
        less_is_better("sign-in-delay", _p99_ms(delays), "ms", limit=DELAY_MS, target=1),
    ]


async def _accounts(bench: Bench, password_hash: str) -> list[str]:
    """Proven ones, with one password."""
    emails = [f"signs-in-{number}@example.com" for number in range(ACCOUNTS)]
    async with bench.database.writer() as connection:
        for email in emails:
            await add_user(connection, email, email, password_hash)
            user = await user_by_email(connection, email)
            assert user is not None
            await set_verified(connection, user.id)
    return emails


def _request(email: str) -> bytes:
    return post_form("/account/sign-in", {"email": email, "password": PASSWORD})


def _checks(password_hash: str) -> int:
    """How many checks threads of nothing else do, one thread a core."""
    end = time.monotonic() + SECONDS

    def check(_: int) -> int:
        done = 0
        while time.monotonic() < end:
            PasswordHasher().verify(password_hash, PASSWORD)
            done += 1
        return done

    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as threads:
        return sum(threads.map(check, range(cores)))


async def _delays(servers: Servers) -> Counter[float]:
    """How many of the loop's timers came so late or less, by seconds."""
    told = await first_answer(servers.shop, get("/metrics"))
    return Counter({float(late_s): int(float(timers)) for late_s, timers in BUCKET.findall(told)})


def _p99_ms(delays: Counter[float]) -> float:
    """The upper end of the bucket that holds the 99th percentile; 10 s when it lies beyond the last one."""
    late_s = min(late_s for late_s, timers in delays.items() if timers >= 0.99 * max(delays.values()))
    return 1000 * min(late_s, 10)
