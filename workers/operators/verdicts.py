"""What becomes of a dead letter: it is sent on its way again, or dropped."""

from shared.db import Connection
from shared.errors import Conflict, NotFound
from shared.queries import dead_jobs, dead_steps
from shared.queries.operating import id_of_order
from shared.queries.payments import lock_order_by_id
from shared.queries.placing import insert_event
from workers.operators.autopsy import examine
from workers.operators.dead_queues import DeadMessage
from workers.operators.letters import JOB, STEP, address, find, job_id_in, step_words
from workers.operators.office import WHO, Office
from workers.operators.steps import retry


async def redrive(office: Office, letter_id: str) -> None:
    """Begin a step or a job anew, or send a message to its queue again; twice does no harm: each is done once.

    Raises:
        NotFound: no such letter.
        Conflict: the step or job is not dead.
    """
    if letter_id.startswith(STEP):
        number, name = step_words(letter_id)
        await retry(office, number, name)
        return
    if letter_id.startswith(JOB):
        await office.database.retrying(lambda connection: _begin_job_anew(connection, letter_id))
        return
    async with office.dead.held(*address(letter_id)) as message:
        await office.dead.send_again(message)
        await _note(office, message, "message.redriven")
        await office.dead.delete(message)


async def drop(office: Office, letter_id: str) -> None:
    """Give up for good: a step or a job stays undone and is not listed any more, a message is deleted.

    Raises:
        NotFound: no such letter.
        Conflict: the step or job is not dead.
    """
    if letter_id.startswith(STEP):
        await office.database.retrying(lambda connection: _drop_step(connection, letter_id))
        return
    if letter_id.startswith(JOB):
        await office.database.retrying(lambda connection: _drop_job(connection, letter_id))
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


async def _begin_job_anew(connection: Connection, letter_id: str) -> None:
    """Queue it; whoever looks after jobs takes it up within SWEEP_EVERY_S."""
    job_id = job_id_in(letter_id)
    if not await dead_jobs.begin_anew(connection, job_id, WHO):
        await _expect(connection, job_id, "queued")


async def _drop_job(connection: Connection, letter_id: str) -> None:
    job_id = job_id_in(letter_id)
    if not await dead_jobs.drop(connection, job_id, WHO):
        await _expect(connection, job_id, "dropped")


async def _expect(connection: Connection, job_id: int, state: str) -> None:
    """Nothing was changed, which is right for a job that is in this state already."""
    job = await dead_jobs.get_job(connection, job_id)
    if job.state != state:
        raise Conflict(f"The job {job.name} ({job.done_key}) is {job.state}, not dead.")


async def _note(office: Office, message: DeadMessage, what: str) -> None:
    """An event on the message's order, if it has one of ours."""
    async with office.database.writer() as connection:
        number = (await examine(connection, message)).order_number
        try:
            order_id = await id_of_order(connection, number or "")
        except NotFound:
            return
        await insert_event(connection, order_id, what, WHO, f"{message.queue}/{message.id}")
