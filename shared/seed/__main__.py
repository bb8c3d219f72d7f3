"""Fill the shop with the demo catalogue: `python -m shared.seed [--scale N] [--stock N] [--orders N]`. Repeatable.

Stock and prices that changed since the first run stay, unless --stock gives every variant so many pieces. --orders
adds so many whole orders of the last 90 days, with the card provider's side of them.
"""

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from shared import log
from shared.catalogue_news import CatalogueNews
from shared.db import Database
from shared.seed.orders import SeedFault, plant_orders
from shared.seed.pictures import copy_pictures
from shared.seed.planting import plant
from shared.seed.source import read_catalogue
from shared.settings import Settings, SettingsError, load_settings

MAX_SCALE = 1000  # 36,000 styles
MAX_STOCK = 1_000_000
MAX_ORDERS = 1_000_000


@dataclass(frozen=True)
class Wish:
    """scale: how many copies of the catalogue; stock: pieces of each variant, None as it is; orders: how many more."""

    scale: int
    stock: int | None = None
    orders: int = 0


async def seed(settings: Settings, wish: Wish) -> str:
    """Copy the pictures, then write the catalogue and the orders. Returns what was done, in one line."""
    started = time.monotonic()
    copied = copy_pictures(settings.media_root)
    database = Database(settings.database_writer_url, news=CatalogueNews(settings.redis_url))
    try:
        planted = await plant(database, read_catalogue(), wish.scale, wish.stock)
        charges = await plant_orders(settings, database, wish.orders) if wish.orders else 0
    finally:
        await database.close()
    pieces = "" if wish.stock is None else f", {wish.stock} pieces of each"
    orders = f"{wish.orders} orders with {charges} charges, " if wish.orders else ""
    return (
        f"seeded {planted.styles} styles and {planted.variants} variants ({planted.new_variants} new){pieces}, "
        f"{orders}{copied} pictures copied, in {time.monotonic() - started:.1f} s"
    )


def _between(lowest: int, highest: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
            raise argparse.ArgumentTypeError(f"{text!r} is no number from {lowest} to {highest}")
        return int(text)

    return number


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="seed", description="Fill the shop with the demo catalogue.")
    parser.add_argument("--scale", type=_between(1, MAX_SCALE), default=1, help="how many times; copies get -2, -3 …")
    parser.add_argument("--stock", type=_between(0, MAX_STOCK), help="give every variant so many pieces")
    parser.add_argument("--orders", type=_between(0, MAX_ORDERS), default=0, help="add so many whole orders")
    return parser.parse_args(arguments)


def main() -> int:
    wanted = _arguments(sys.argv[1:])
    try:
        settings = load_settings()
        log.configure(settings.log_format, "seed")
        done = asyncio.run(seed(settings, Wish(wanted.scale, wanted.stock, wanted.orders)))
    except SettingsError as error:
        sys.stderr.write(f"settings: {error}\n")
        return 2
    except SeedFault as fault:
        sys.stderr.write(f"not seeded: {fault}\n")
        return 1
    except Exception as error:
        logging.getLogger(__name__).error("not seeded: %s", error)
        return 1
    sys.stdout.write(f"{done}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
