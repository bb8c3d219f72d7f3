"""Sends the jobs of `cron.yaml` into the queue when they are due, as the real daemon does, so that any worker may have
them and a failed one comes again.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from deploy.local.daemon.leader import Leadership
from deploy.local.daemon.schedule import Entry
from deploy.local.daemon.sqs import Attributes, SqsFault

logger = logging.getLogger(__name__)

BODY = "elasticbeanstalk scheduled job"
NAME, PATH, SCHEDULED = "beanstalk.sqsd.task_name", "beanstalk.sqsd.path", "beanstalk.sqsd.scheduled_time"
MINUTE = timedelta(minutes=1)
LATE = timedelta(minutes=1)  # a new leader sees to this much of the past; what was missed longer ago stays missed
PATIENCE = timedelta(hours=1)  # how long jobs are kept for a queue that is away


class Receiver(Protocol):
    def send(self, body: str, attributes: Attributes) -> None:
        """Raises SqsFault."""
        ...


class Timekeeper:
    def __init__(self, entries: Sequence[Entry], queue: Receiver, leadership: Leadership) -> None:
        self._entries, self._queue, self._leadership = entries, queue, leadership
        self._seen: datetime | None = None  # the last minute we have seen to, once we lead

    def look(self, now: datetime) -> None:
        """Send what has become due since the last look; with a queue that is away, the next look tries again."""
        if not self._leadership.is_ours():
            return
        this_minute = now.replace(second=0, microsecond=0)
        if self._seen is None:
            self._seen = max(self._leadership.last_minute or this_minute, this_minute - LATE)
            logger.info("this daemon keeps the time")
        self._seen = max(self._seen, this_minute - PATIENCE)
        for minute in _minutes(self._seen, this_minute):
            if not self._send_all(minute):
                return
            self._leadership.note(minute)
            self._seen = minute

    def _send_all(self, minute: datetime) -> bool:
        """Some may be sent twice after a fault; their time is their done-key, so they are done once."""
        moment = minute.isoformat().replace("+00:00", "Z")
        try:
            for entry in self._entries:
                if entry.cron.fits(minute):
                    self._queue.send(BODY, {NAME: entry.name, PATH: entry.path, SCHEDULED: moment})
                    logger.info("the job %s of %s is sent", entry.name, moment)
        except SqsFault as fault:
            logger.warning("the jobs of %s are not sent yet: %s", moment, fault)
            return False
        return True


def _minutes(after: datetime, until: datetime) -> Iterator[datetime]:
    while after < until:
        after += MINUTE
        yield after
