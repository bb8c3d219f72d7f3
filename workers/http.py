"""The worker tier's HTTP process: `python -m workers.http --port 8100`.

It takes the jobs of the tier's own SQS daemon (POST /worker), says whether it is alive, and sweeps all the time.
"""

import argparse
import asyncio
import json
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from shared import log
from shared.settings import Settings, SettingsError, load_settings
from workers.sweep import sweep, sweep_for_ever
from workers.tools import Tools, open_tools

logger = logging.getLogger(__name__)

BODY_LIMIT = 256 * 1024  # bytes: what SQS lets a message have
LOOPBACK = ("127.0.0.1", "::1")
DOCUMENTED_HOPS = frozenset({"127.0.0.1", "::1"})  # what the daemon's own proxy may add

Job = Callable[[Tools], Awaitable[Any]]
JOBS: Mapping[str, Job] = {"sweep": sweep}


class PlainHandler(RequestHandler):
    """Short answers without a body of Tornado's."""

    def initialize(self, tools: Tools, state: "State") -> None:
        self.tools, self.state = tools, state

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Cache-Control", "no-store")

    def write_error(self, status_code: int, **_: Any) -> None:
        self.finish(f"{status_code}\n")


class State:
    """Whether this process wants work."""

    ready = True


class LivezHandler(PlainHandler):
    def get(self) -> None:
        self.write("ok\n")


class ReadyzHandler(PlainHandler):
    def get(self) -> None:
        self.set_status(200 if self.state.ready else 503)
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps({"ready": self.state.ready}))


class WorkerHandler(PlainHandler):
    """One job of the daemon: 200 deletes its message, anything else shows it again later."""

    async def post(self) -> None:
        if not self._is_from_here():
            self.send_error(404)
            return
        name = self.request.headers.get("X-Aws-Sqsd-Taskname") or _job_in(self.request.body)
        job = JOBS.get(name)
        if job is None:
            logger.warning("unknown job %r", name[:60])
            self.send_error(404)
            return
        await job(self.tools)
        self.write("done\n")

    def _is_from_here(self) -> bool:
        hops = {hop.strip() for hop in self.request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()}
        return self.request.remote_ip in LOOPBACK and hops <= DOCUMENTED_HOPS


def _job_in(body: bytes) -> str:
    with suppress(ValueError):
        found = json.loads(body or b"{}")
        if isinstance(found, dict) and isinstance(found.get("job"), str):
            return str(found["job"])
    return ""


def make_app(tools: Tools, state: State) -> Application:
    shared = {"tools": tools, "state": state}
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
    """Serve and sweep until SIGTERM or SIGINT, then finish what runs."""
    tools, state, stopping = await open_tools(settings), State(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    server = HTTPServer(make_app(tools, state), max_body_size=BODY_LIMIT)
    server.listen(port, address)
    sweeping = asyncio.create_task(sweep_for_ever(tools))
    logger.info("ready on port %d", port)
    await stopping.wait()
    state.ready = False
    sweeping.cancel()
    server.stop()
    await server.close_all_connections()
    with suppress(asyncio.CancelledError):
        await sweeping
    await tools.close()


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
    asyncio.run(serve(settings, options.port, options.address))
    return 0


if __name__ == "__main__":
    sys.exit(main())
