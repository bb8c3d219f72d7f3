"""`./shop orders show NUMBER [--json]`: an order's whole life on one screen, or as the API tells it."""

import argparse
import sys

from shared.domain.numbers import order_key
from shared.order_json import order_json
from shared.queries.operating import id_of_order
from shared.queries.order_view import OrderView
from shared.queries.orders import order_by_id
from shared.settings import Settings
from workers.operators.life import life
from workers.operators.office import Office, attend
from workers.operators.screens import say, say_json


async def find_order(office: Office, number: str) -> OrderView:
    """Raises NotFound for a number that no order has."""
    async with office.database.writer() as connection:
        return await order_by_id(connection, await id_of_order(connection, number))


def page_of(order: OrderView, settings: Settings) -> tuple[str, str]:
    """The address of the order's page, and the key in it."""
    key = order_key(settings.cookie_secrets[0], order.number)
    return f"{settings.public_url}/orders/{order.number}?key={key}", key


def main() -> int:
    parser = argparse.ArgumentParser(prog="./shop orders", description="Orders, one by one.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    show_verb = verbs.add_parser("show", help="its whole life on one screen")
    show_verb.add_argument("number", help="the order's, as in K7QM-4X2D")
    show_verb.add_argument("--json", action="store_true", help="print JSON, as the API's, and nothing else")
    options = parser.parse_args()

    async def show(office: Office) -> None:
        order = await find_order(office, options.number)
        url, key = page_of(order, office.settings)
        if options.json:
            say_json(order_json(order, url, key))
        else:
            say(life(order, url, office.settings.time_zone))

    return attend(show)


if __name__ == "__main__":
    sys.exit(main())
