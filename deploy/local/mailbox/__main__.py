"""Run the mailbox; the package's docstring tells what it speaks."""

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from tornado.web import Application, RequestHandler, StaticFileHandler

from deploy.local.mailbox import pages
from deploy.local.mailbox.delivery import Counter, Faults, listen
from deploy.local.mailbox.pages import Office
from deploy.local.mailbox.shelf import Shelf

log = logging.getLogger("mailbox")


def read_options(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.mailbox", description="Takes mail and shows it.")
    parser.add_argument("--port", type=int, required=True, help="of the page")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True, help="where the mails are kept")
    return parser.parse_args(arguments)


def make_application(office: Office) -> Application:
    """All addresses."""
    shared = {"office": office}
    return Application(
        [
            (r"/", pages.ListHandler, shared),
            (r"/messages/([0-9a-f]+)", pages.MessageHandler, shared),
            (r"/messages/([0-9a-f]+)/html", pages.HtmlHandler, shared),
            (r"/messages/([0-9a-f]+)/raw", pages.RawHandler, shared),
            (r"/messages/([0-9a-f]+)/attachments/([0-9]{1,4})", pages.AttachmentHandler, shared),
            (r"/api/messages", pages.MessagesHandler, shared),
            (r"/api/faults", pages.FaultsHandler, shared),
            (r"/livez", pages.LiveHandler, shared),
            (r"/static/(.*)", StaticFileHandler, {"path": str(pages.HERE / "static")}),
        ],
        default_handler_class=pages.NothingHandler,
        default_handler_args=shared,
        log_function=log_request,
    )


def log_request(handler: RequestHandler) -> None:
    """One line a request; without the query, which holds addresses."""
    request = handler.request
    log.info("%s %s %d %.0f ms", request.method, request.path, handler.get_status(), 1000 * request.request_time())


async def run(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    counter = Counter(Shelf(options.dir), Faults())
    server = make_application(Office(counter.shelf, counter.faults)).listen(options.port, "127.0.0.1")
    smtp = await listen(counter, options.smtp_port)
    log.info("ready on http://127.0.0.1:%d, SMTP on %d, %d mails", options.port, options.smtp_port, len(counter.shelf))
    await stop.wait()
    server.stop()
    smtp.close()
    counter.writers.shutdown()
    log.info("stopped")


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's own, which prints addresses
    asyncio.run(run(read_options(sys.argv[1:])))
