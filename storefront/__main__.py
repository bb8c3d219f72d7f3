"""The storefront: python -m storefront --port P [--address A,B] [--processes N]"""

import argparse
import asyncio
import logging
import signal
import sys
from dataclasses import dataclass

from shared import crash, log
from shared.db import POOL_SIZE
from shared.settings import Settings, SettingsError, load_settings
from storefront.cart_store import CartStore
from storefront.server import FINISH_S, drain, serve
from storefront.shop import open_shop
from storefront.siblings import MOST, Siblings, stop_with

LEAST_CONNECTIONS = 8  # of a process, to each database
MARGIN_S = 5  # to close what is open

logger = logging.getLogger("storefront")


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m storefront", description="The shop's pages and API.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--address", default="127.0.0.1,::1", help="where to listen, comma separated (%(default)s)")
    parser.add_argument(
        "--processes",
        type=int,
        default=1,
        choices=range(1, MOST + 1),
        metavar="N",
        help="at port P, P+1 … up to N of them; a dead one is started again (%(default)s)",
    )
    return parser.parse_args(arguments)


@dataclass(frozen=True)
class Process:
    """One storefront; `tie` ends when whoever started it is gone."""

    settings: Settings
    addresses: list[str]
    carts: CartStore | None
    pool_size: int

    def serve_at(self, port: int, tie: int | None = None) -> int:
        """Serve until told to stop; returns the exit code."""
        log.configure(self.settings.log_format, f"storefront-{port}")
        crash.arm(self.settings.crash_at, self.settings.crash_dir)
        try:
            asyncio.run(self._run(port, tie))
        except OSError as error:
            logger.error("cannot listen at port %d: %s", port, error.strerror)
            return 1
        return 0

    async def _run(self, port: int, tie: int | None) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        if tie is not None:
            stop_with(tie, stop)
        opening = open_shop(self.settings, port, carts=self.carts, pool_size=self.pool_size)
        async with opening as shop, serve(shop, port, self.addresses):
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
    number = options.processes
    share = max(LEAST_CONNECTIONS, POOL_SIZE // number)  # a machine has the same however many processes it runs
    process = Process(settings, options.address.split(","), carts, share)
    if number == 1:
        return process.serve_at(options.port)
    log.configure(settings.log_format, "storefront")
    ports = range(options.port, options.port + number)
    return Siblings(ports, process.serve_at, settings.drain_s + FINISH_S + MARGIN_S).keep()


if __name__ == "__main__":
    sys.exit(main())
