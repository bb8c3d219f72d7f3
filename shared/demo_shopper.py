"""`python -m shared.demo_shopper EMAIL`: a shopper's account for trying the shop out, its password from standard input.

Refused in production: there nobody's address is proven but by its own mailbox.
"""

import argparse
import asyncio
import sys

from shared.db import Database
from shared.errors import ShopError
from shared.passwords import check_password, hash_password
from shared.services.accounts import add_proven
from shared.settings import Settings, SettingsError, load_settings


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.demo_shopper", description="A demo account.")
    parser.add_argument("email")
    email = parser.parse_args().email
    try:
        settings = load_settings()
        if settings.is_production:
            sys.stderr.write("There are no demo accounts in production.\n")
            return 2
        password = sys.stdin.readline().rstrip("\n")
        check_password(password)
        asyncio.run(_add(settings, email, password))
    except SettingsError as error:
        sys.stderr.write(f"settings: {error}\n")
        return 2
    except ShopError as error:
        sys.stderr.write(f"{error.detail}\n")
        return 1
    sys.stdout.write(f"{email} may sign in: {settings.public_url}/account/sign-in\n")
    return 0


async def _add(settings: Settings, email: str, password: str) -> None:
    database = Database(settings.database_writer_url)
    try:
        await add_proven(database, email, hash_password(password))
    finally:
        await database.close()


if __name__ == "__main__":
    sys.exit(main())
