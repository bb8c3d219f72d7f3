"""`python -m deploy.local.daemon --queue-url … --endpoint … --target http://127.0.0.1:8100/worker --cron cron.yaml`.

Names and defaults of the times are those of the real daemon's options (aws:elasticbeanstalk:sqsd).
"""

import argparse
import logging
import signal
import sys
import threading
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from deploy.local.daemon.delivery import Door, deliver
from deploy.local.daemon.leader import Leadership
from deploy.local.daemon.polling import Pace, Poller
from deploy.local.daemon.schedule import ScheduleFault, read_schedule
from deploy.local.daemon.sqs import Message, Queue
from deploy.local.daemon.timekeeper import Timekeeper

logger = logging.getLogger(__name__)

LAST_S = 3.0  # how long running deliveries may take when the daemon is asked to stop; their messages come again
LOOK_S = 1.0  # how often the time is looked at


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.daemon", description="Stands for the tier's daemon.")
    parser.add_argument("--queue-url", required=True)
    parser.add_argument("--endpoint", required=True, help="where SQS answers")
    parser.add_argument("--region", default="eu-central-1")
    parser.add_argument("--target", required=True, help="where messages are posted to")
    parser.add_argument("--cron", type=Path, help="the schedule; without it nothing is scheduled")
    parser.add_argument("--leader-file", type=Path, help="the lock of those that keep the time; needed with --cron")
    parser.add_argument("--mime-type", default="application/json")
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--wait-s", type=int, default=1, help="of a long poll: 0 to 20")
    parser.add_argument("--connect-s", type=float, default=5)
    parser.add_argument("--inactivity-s", type=float, default=299)
    parser.add_argument("--visibility-s", type=int, default=300)
    parser.add_argument("--error-visibility-s", type=int, default=2)
    options = parser.parse_args()
    if options.inactivity_s >= options.visibility_s:
        parser.error("--inactivity-s must be shorter than --visibility-s, or a message is delivered twice at once")
    if bool(options.cron) != bool(options.leader_file):
        parser.error("--cron and --leader-file go together")
    return options


def main() -> int:
    options = _options()
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(message)s")
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    queue = Queue(options.endpoint, options.queue_url, options.region)
    try:
        timekeeper = _timekeeper(options, queue)
    except ScheduleFault as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    poller = Poller(queue, _pace(options), partial(_deliver, options, queue))
    polling = threading.Thread(target=poller.poll_until, args=(stopping,), daemon=True)
    polling.start()
    if timekeeper:
        threading.Thread(target=_keep_time, args=(timekeeper, stopping), daemon=True).start()
    logger.info("the worker's daemon is ready, for the queue %s", queue.name)
    stopping.wait()
    polling.join(options.wait_s + 1)
    poller.drain(LAST_S)
    return 0


def _keep_time(timekeeper: Timekeeper, stopping: threading.Event) -> None:
    while not stopping.is_set():
        timekeeper.look(datetime.now(UTC))
        stopping.wait(LOOK_S)


def _pace(options: argparse.Namespace) -> Pace:
    return Pace(connections=options.connections, wait_s=options.wait_s, visibility_s=options.visibility_s)


def _timekeeper(options: argparse.Namespace, queue: Queue) -> Timekeeper | None:
    if not options.cron:
        return None
    return Timekeeper(read_schedule(options.cron), queue, Leadership(options.leader_file))


def _deliver(options: argparse.Namespace, queue: Queue, message: Message) -> None:
    door = Door(
        url=options.target,
        content_type=options.mime_type,
        connect_s=options.connect_s,
        inactivity_s=options.inactivity_s,
    )
    deliver(message, queue, door, options.error_visibility_s)


if __name__ == "__main__":
    sys.exit(main())
