"""What becomes of a dead letter: it is sent on its way again, or dropped."""

from shared.db import Connection
from shared.errors import Conflict, NotFound
from shared.queries import dead_steps
from shared.queries.operating import id_of_order
from shared.queries.payments import lock_order_by_id
from shared.queries.placing import insert_event
from workers.operators.autopsy import examine
from workers.operators.dead_queues import DeadMessage
from workers.operators.letters import STEP, address, find, step_words
from workers.operators.office import WHO, Office
from workers.operators.steps import retry


async def redrive(office: Office, letter_id: str) -> None:
    """Begin a step anew, or send a message to its queue again; twice does no harm: a step is carried out once.

    Raises:
        NotFound: no such letter.
        Conflict: the step is not dead.
    """
    if letter_id.startswith(STEP):
        number, name = step_words(letter_id)
        await retry(office, number, name)
        return
    async with office.dead.held(*address(letter_id)) as message:
        await office.dead.send_again(message)
        await _note(office, message, "message.redriven")
        await office.dead.delete(message)


async def drop(office: Office, letter_id: str) -> None:
    """Give up for good: a step stays dead and is not listed any more, a message is deleted.

    Raises:
        NotFound: no such letter.
        Conflict: the step is not dead.
    """
    if letter_id.startswith(STEP):
        await office.database.retrying(lambda connection: _drop_step(connection, letter_id))
        return
    async with office.dead.held(*address(letter_id)) as message:
        await _note(office, message, "message.dropped")
        await office.dead.delete(message)


async def _drop_step(connection: Connection, letter_id: str) -> None:
    row = await find(connection, letter_id)
    await lock_order_by_id(connection, row.order_id)
    if await dead_steps.drop(connection, row.id):
        await insert_event(connection, row.order_id, "step.dropped", WHO, row.name)
        await dead_steps.clear_attention(connection, row.order_id)
    elif not row.is_dropped:
        raise Conflict(f"The step {row.name} of order {row.order_number} is {row.state}, not dead.")


async def _note(office: Office, message: DeadMessage, what: str) -> None:
    """An event on the message's order, if it has one of ours."""
    async with office.database.writer() as connection:
        number = (await examine(connection, message)).order_number
        try:
            order_id = await id_of_order(connection, number or "")
        except NotFound:
            return
        await insert_event(connection, order_id, what, WHO, f"{message.queue}/{message.id}")
