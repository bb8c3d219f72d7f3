"""Run the card provider; the package's docstring tells what it speaks."""

import argparse
import asyncio
import logging
import signal
import sys
from http import HTTPStatus
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler, StaticFileHandler

from deploy.local.provider import api, hosted
from deploy.local.provider.callbacks import Receiver, Sender
from deploy.local.provider.company import Company
from deploy.local.provider.faults import Faults
from deploy.local.provider.store import Store

MAX_BODY = 64 * 1024
log = logging.getLogger("provider")


def read_options(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.provider", description="A test card provider.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True, help="where the ledger is kept")
    parser.add_argument("--callback-url", required=True, help="where the merchant hears what happened")
    parser.add_argument("--secret", required=True, help="what callbacks are signed with")
    parser.add_argument("--merchant", default="MyClothes")
    parser.add_argument("--timeout-s", type=float, default=30, help="how late tok_timeout is answered")
    parser.add_argument("--callback-window-s", type=float, default=600, help="how long a callback is tried")
    return parser.parse_args(arguments)


def make_application(company: Company) -> Application:
    """All addresses."""
    shared = {"company": company}
    return Application(
        [
            (r"/authorizations", api.AuthorizationsHandler, shared),
            (r"/authorizations/(auth_[0-9a-f]+)", api.AuthorizationHandler, shared),
            (r"/authorizations/([^/]+)/(capture|void|refund)", api.ChangeHandler, shared),
            (r"/sessions", api.SessionsHandler, shared),
            (r"/operations", api.OperationsHandler, shared),
            (r"/charges", api.ChargesHandler, shared),
            (r"/faults", api.FaultsHandler, shared),
            (r"/ledger", api.LedgerHandler, shared),
            (r"/livez", api.LiveHandler, shared),
            (r"/", hosted.HomeHandler, shared),
            (r"/pay/([^/]+)", hosted.PayHandler, shared),
            (r"/pay/([^/]+)/back", hosted.BackHandler, shared),
            (r"/confirm/([^/]+)", hosted.ConfirmHandler, shared),
            (r"/(?:pay|confirm)(?:/.*)?", hosted.NoPageHandler, shared),
            (r"/static/(.*)", StaticFileHandler, {"path": str(hosted.HERE / "static")}),
        ],
        default_handler_class=api.NothingHandler,
        default_handler_args=shared,
        log_function=log_request,
    )


def log_request(handler: RequestHandler) -> None:
    """One line a request: only the first part of the path, since the rest may open somebody's payment page.

    A question in vain is how the shop's processes see every few seconds that the provider is there: no line for that.
    """
    request, status = handler.request, handler.get_status()
    first = request.path.split("/")[1]
    level = logging.DEBUG if (first, status) == ("operations", HTTPStatus.NOT_FOUND) else logging.INFO
    log.log(level, "%s /%s %d %.0f ms", request.method, first, status, 1000 * request.request_time())


async def run(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    faults = Faults()
    store = Store(options.dir / "ledger.sqlite", faults)
    await store.open()
    sender = Sender(store, Receiver(options.callback_url, options.secret, options.callback_window_s))
    company = Company(store, sender, faults, options.merchant, options.timeout_s)
    server = HTTPServer(make_application(company), max_buffer_size=MAX_BODY * 4, max_body_size=MAX_BODY)
    server.listen(options.port, "127.0.0.1")
    sending = asyncio.create_task(sender.run())
    log.info("ready on http://127.0.0.1:%d", options.port)
    await stop.wait()
    server.stop()
    await server.close_all_connections()  # whoever still waits learns nothing, which is what is true
    sending.cancel()
    await store.close()
    log.info("stopped")


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(run(read_options(sys.argv[1:])))
