"""`python -m bench.account_answers`: how long answers take for known and for unknown addresses, asked in turns.

Beside a running shop, with its PUBLIC_URL and DATABASE_WRITER_URL in the environment. It leaves accounts behind.
"""

import asyncio
import os
import secrets
import statistics
import sys
import time
from urllib.parse import urlencode

from tornado.httpclient import AsyncHTTPClient

from shared.db import Database
from shared.passwords import hash_password
from shared.queries.users import add_user, set_verified, user_by_email

TRIES = 200  # each address once, as five mails an hour are the most for one
PASSWORD = "wrong password"  # noqa: S105 (nobody's)
FORMS = {"sign-in": {"password": PASSWORD}, "register": {"password": PASSWORD}, "forgotten": {}}


async def main() -> None:
    database, shop, run = Database(os.environ["DATABASE_WRITER_URL"]), os.environ["PUBLIC_URL"], secrets.token_hex(4)
    known = [f"known-{run}-{n:03}@example.com" for n in range(TRIES)]
    await _plant(database, known)
    unknown = [email.replace("known", "never") for email in known]
    for form, fields in FORMS.items():
        asked = unknown if form != "register" else [email.replace("never", "fresh") for email in unknown]
        times: dict[str, list[float]] = {"known": [], "unknown": []}
        for pair in zip(known, asked, strict=True):
            for kind, email in zip(times, pair, strict=True):
                times[kind].append(await _ask(f"{shop}/account/{form}", fields | {"email": email}))
        sys.stdout.write(f"{form}: " + ", ".join(f"{kind} {_words(each)}" for kind, each in times.items()) + "\n")
    await database.close()


async def _plant(database: Database, emails: list[str]) -> None:
    """Proven accounts, with one password."""
    password_hash = await asyncio.to_thread(hash_password, "the right password")
    async with database.writer() as connection:
        for email in emails:
            await add_user(connection, email, email, password_hash)
            user = await user_by_email(connection, email)
            assert user is not None
            await set_verified(connection, user.id)


async def _ask(url: str, fields: dict[str, str]) -> float:
    """Milliseconds until the answer is there."""
    begun = time.perf_counter()
    await AsyncHTTPClient().fetch(
        url, method="POST", body=urlencode(fields), headers={"Sec-Fetch-Site": "same-origin"}, raise_error=False
    )
    return (time.perf_counter() - begun) * 1000


def _words(times: list[float]) -> str:
    low, middle, high = statistics.quantiles(times, n=4)
    return f"{middle:.1f} ms (half of them {low:.1f} to {high:.1f})"


if __name__ == "__main__":
    asyncio.run(main())
