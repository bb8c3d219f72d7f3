"""`./shop staff add EMAIL --role viewer|clerk|manager [--password-stdin]` and `./shop staff remove EMAIL`.

On a terminal `add` asks for the password twice; without one it prints a link that sets a password once.
"""

import argparse
import asyncio
import getpass
import sys

from shared.db import Database
from shared.errors import Invalid, ShopError
from shared.passwords import check_password, hash_password
from shared.queries.staff import ROLES
from shared.services.staff import add_staff, make_password_link, remove_staff, replace_password
from shared.settings import Settings, SettingsError, load_settings


def main() -> int:
    options = _read_options()
    try:
        settings = load_settings()
        sys.stdout.write(_carry_out(options, settings) + "\n")
    except SettingsError as error:
        sys.stderr.write(f"settings: {error}\n")
        return 2
    except ShopError as error:
        told = " ".join(f"{fault.field}: {fault.message}" for fault in error.errors) or error.detail
        sys.stderr.write(f"{told}\n")
        return 1
    return 0


def _carry_out(options: argparse.Namespace, settings: Settings) -> str:
    if options.verb == "remove":
        return asyncio.run(_remove(settings, options.email))
    password = _read_password(from_stdin=options.password_stdin)
    return asyncio.run(_add(settings, options.email, options.role, password))


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./shop staff", description="Who may work in the back office.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", help="add somebody, or change role and password of somebody who is there")
    add.add_argument("email")
    add.add_argument("--role", choices=ROLES, required=True)
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    remove = verbs.add_parser("remove", help="let somebody in no more; open sessions and links end at once")
    remove.add_argument("email")
    return parser.parse_args()


def _read_password(*, from_stdin: bool) -> str | None:
    """The password, or None where nobody can be asked for it."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\n")
    elif sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise Invalid("The two passwords differ.")
    else:
        return None
    check_password(password)
    return password


async def _add(settings: Settings, email: str, role: str, password: str | None) -> str:
    database = Database(settings.database_writer_url)
    try:
        added = await add_staff(database, email, role)
        if password is None:
            secret = await make_password_link(database, added.id)
            return f"{settings.public_url}/back-office/password?token={secret}"
        async with database.transaction() as connection:
            await replace_password(connection, added.id, hash_password(password))
        return f"{added.email} may sign in as {role}: {settings.public_url}/back-office/sign-in"
    finally:
        await database.close()


async def _remove(settings: Settings, email: str) -> str:
    database = Database(settings.database_writer_url)
    try:
        await remove_staff(database, email)
    finally:
        await database.close()
    return f"{email} is signed out everywhere and may not sign in any more."


if __name__ == "__main__":
    sys.exit(main())
