"""The worker tier's HTTP process: `python -m workers.http --port 8100`.

It takes the jobs of the tier's own SQS daemon (POST /worker), says whether it is alive, and sweeps all the time.
"""

import argparse
import asyncio
import json
import logging
import signal
import sys
from collections.abc import Sequence

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from shared import crash, log
from shared.settings import Settings, SettingsError, load_settings
from workers.door import WorkerHandler
from workers.job_desk import JobDesk
from workers.mail_listener import MailEvents, listen_for_ever
from workers.plain import PlainHandler, State
from workers.sweep import sweep_for_ever
from workers.tools import open_tools

logger = logging.getLogger(__name__)

BODY_LIMIT = 256 * 1024  # bytes: more than any message of ours has


class LivezHandler(PlainHandler):
    def get(self) -> None:
        self.write("ok\n")


class ReadyzHandler(PlainHandler):
    def get(self) -> None:
        self.set_status(200 if self.state.ready else 503)
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps({"ready": self.state.ready}))


def make_app(state: State) -> Application:
    shared = {"state": state}
    return Application(
        [
            ("/livez", LivezHandler, shared),
            ("/readyz", ReadyzHandler, shared),
            ("/worker", WorkerHandler, shared),
        ],
        log_function=_note_request,
    )


def _note_request(handler: RequestHandler) -> None:
    if handler.get_status() >= 400:
        logger.warning("%s %s answered %d", handler.request.method, handler.request.path[:100], handler.get_status())


async def serve(settings: Settings, port: int, address: str) -> None:
    """Serve and sweep until SIGTERM or SIGINT, then finish what runs, for DRAIN_S at most."""
    tools, stopping = await open_tools(settings), asyncio.Event()
    state = State(tools, JobDesk(tools))
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    server = HTTPServer(make_app(state), max_body_size=BODY_LIMIT)
    server.listen(port, address)
    sweeps = [asyncio.create_task(sweep_for_ever(tools)), asyncio.create_task(state.desk.take_over_for_ever())]
    events = MailEvents(settings, tools.database)
    sweeps.append(asyncio.create_task(listen_for_ever(events)))
    logger.info("ready on port %d", port)
    await stopping.wait()
    state.ready = False
    server.stop()
    await _cancel(sweeps)
    events.close()
    await state.desk.close(settings.drain_s)
    await server.close_all_connections()
    await tools.close()


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m workers.http", description="The worker tier's HTTP process.")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--address", default="127.0.0.1")
    options = parser.parse_args()
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stderr.write(f"settings: {error}\n")
        return 2
    log.configure(settings.log_format, "worker-http")
    crash.arm(settings.crash_at, settings.crash_dir)
    asyncio.run(serve(settings, options.port, options.address))
    return 0


if __name__ == "__main__":
    sys.exit(main())
