"""A Celery worker of one queue: `python -m workers orders|documents|media`. A slow PDF must not hold an order."""

import argparse
import sys

from shared import crash, log
from shared.settings import SettingsError, load_settings
from workers.app import QUEUES, make_app
from workers.refused import RefusalNotes
from workers.runtime import Runtime
from workers.serving import serve
from workers.tasks import add_tasks
from workers.tools import open_tools


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m workers", description="A Celery worker of one queue.")
    parser.add_argument("queue", choices=QUEUES)
    queue = parser.parse_args().queue
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stderr.write(f"settings: {error}\n")
        return 2
    log.configure(settings.log_format, f"worker-{queue}")
    crash.arm(settings.crash_at, settings.crash_dir)
    app, runtime = make_app(settings, RefusalNotes(settings.database_writer_url)), Runtime(lambda: open_tools(settings))
    add_tasks(app, runtime)
    return serve(app, runtime, queue)


if __name__ == "__main__":
    sys.exit(main())
