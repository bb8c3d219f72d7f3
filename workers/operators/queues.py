"""`./shop queues [--json]`: how many messages wait where, how long the oldest has, and how many were given up."""

import argparse
import sys
from dataclasses import asdict, dataclass

from shared.messages import JOBS
from shared.queries.operating import oldest_job_s, oldest_waiting_s
from workers.operators.dead_queues import DEAD
from workers.operators.office import Office, attend
from workers.operators.screens import say, say_json, table

COLUMNS = ("name", "visible", "in_flight", "oldest_s", "dead")


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """A queue's messages; oldest_s: whole seconds, None when nothing waits."""

    name: str
    visible: int
    in_flight: int
    oldest_s: int | None
    dead: int


async def queue_rows(office: Office) -> list[QueueRow]:
    """A row a queue.

    Raises:
        Unavailable: SQS or the database does not answer.
    """
    depths = await office.dead.depths()
    async with office.database.writer() as connection:
        ages = {**await oldest_waiting_s(connection), JOBS: await oldest_job_s(connection)}
    return [
        QueueRow(
            name=name,
            visible=depths[name].visible,
            in_flight=depths[name].in_flight,
            oldest_s=_whole(ages.get(name)),
            dead=depths[name + DEAD].visible + depths[name + DEAD].in_flight,
        )
        for name in office.dead.names
    ]


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./shop queues", description="How many messages wait where.")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    as_json = parser.parse_args().json

    async def show(office: Office) -> None:
        rows = [asdict(row) for row in await queue_rows(office)]
        if as_json:
            say_json(rows)
        else:
            say(table(COLUMNS, rows))

    return attend(show)


if __name__ == "__main__":
    sys.exit(main())
