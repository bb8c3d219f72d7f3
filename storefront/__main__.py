"""The storefront: python -m storefront --port P [--address A,B]"""

import argparse
import asyncio
import logging
import signal
import sys

from shared import crash, log
from shared.settings import Settings, SettingsError, load_settings
from storefront.cart_store import CartStore
from storefront.server import drain, serve
from storefront.shop import open_shop

logger = logging.getLogger("storefront")


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m storefront", description="The shop's pages and API.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--address", default="127.0.0.1,::1", help="where to listen, comma separated (%(default)s)")
    return parser.parse_args(arguments)


async def run(settings: Settings, port: int, addresses: list[str], carts: CartStore | None) -> None:
    """Serve until SIGTERM or SIGINT, then drain."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_shop(settings, port, carts=carts) as shop, serve(shop, port, addresses):
        logger.info("ready at port %d", port)
        await stop.wait()
        await drain(shop)
    logger.info("stopped")


def main(carts: CartStore | None = None) -> int:
    """Serve until told to stop; `carts` in the place of the store that CART_STORE names."""
    options = read_options(sys.argv[1:])
    try:
        settings = load_settings()
    except SettingsError as error:
        print(f"storefront: {error}", file=sys.stderr)  # noqa: T201 (there is no log yet)
        return 2
    log.configure(settings.log_format, f"storefront-{options.port}")
    crash.arm(settings.crash_at, settings.crash_dir)
    try:
        asyncio.run(run(settings, options.port, options.address.split(","), carts))
    except OSError as error:
        logger.error("cannot listen at port %d: %s", options.port, error.strerror)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
