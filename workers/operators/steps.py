"""`./shop steps retry NUMBER STEP[/REF] [--json]`: begin a dead or retrying step anew. Safe to repeat."""

import argparse
import sys
from dataclasses import asdict, dataclass

from shared.db import Connection
from shared.errors import Conflict, NotFound
from shared.queries.dead_steps import StepRow, begin_anew, clear_attention, steps_named
from shared.queries.payments import lock_order_by_id
from shared.queries.placing import insert_event
from workers.operators.office import WHO, Office, attend
from workers.operators.screens import say, say_json

REFUSALS = {
    "running": "a worker is at it just now. Wait for its end",
    "done": "it is done. There is nothing to retry",
    "waiting": "it waits for somebody else, and looks again by itself",
}


@dataclass(frozen=True)
class Retried:
    """A step that is queued; has_changed: by this call, not by one before."""

    number: str
    step: str
    ref: int
    state: str
    has_changed: bool


async def retry(office: Office, number: str, step: str) -> Retried:
    """Queue a step as if it were new, with an event, and announce it.

    Args:
        step: its name, with `/REF` where the order has several of that name.
    Raises:
        NotFound: no such order or step.
        Conflict: it is running, done or waiting, or several have this name.
    """

    async def write(connection: Connection) -> tuple[StepRow, bool]:
        found = await find_step(connection, number, step)
        await lock_order_by_id(connection, found.order_id)
        found = await find_step(connection, number, step)
        return found, await _begin_anew(connection, found)

    found, has_changed = await office.database.retrying(write)
    await office.announce([found.message])
    return Retried(number, found.step, found.ref, "queued", has_changed)


async def find_step(connection: Connection, number: str, step: str) -> StepRow:
    """Raises NotFound where there is none, Conflict where there are several."""
    name, _, ref = step.partition("/")
    found = [row for row in await steps_named(connection, number, name) if not ref or str(row.ref) == ref]
    if not found:
        raise NotFound(f"Order {number} has no step {step}.")
    if len(found) > 1:
        raise Conflict(f"Order {number} has several: say which, {' or '.join(row.name for row in found)}.")
    return found[0]


async def _begin_anew(connection: Connection, found: StepRow) -> bool:
    if found.state == "queued":
        return False
    if not await begin_anew(connection, found.id):
        reason = REFUSALS.get(found.state, f"it is {found.state} just now")
        raise Conflict(f"The step {found.name} of order {found.order_number} is not retried: {reason}.")
    await insert_event(connection, found.order_id, "step.retried", WHO, found.name)
    await clear_attention(connection, found.order_id)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="./shop steps", description="The steps of an order.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    retry_verb = verbs.add_parser("retry", help="begin a dead or retrying step anew")
    retry_verb.add_argument("number", help="the order's, as in K7QM-4X2D")
    retry_verb.add_argument("step", help="as in receipt, or receipt/2 where there are several")
    retry_verb.add_argument("--json", action="store_true", help="print JSON and nothing else")
    options = parser.parse_args()

    async def carry_out(office: Office) -> None:
        retried = await retry(office, options.number, options.step)
        if options.json:
            say_json(asdict(retried))
        else:
            now = "is queued anew" if retried.has_changed else "was queued already"
            say(f"The step {retried.step}/{retried.ref} of order {retried.number} {now}.")

    return attend(carry_out)


if __name__ == "__main__":
    sys.exit(main())
