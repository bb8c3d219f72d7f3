"""Writing the next steps of an order, in the transaction that makes them due."""

from dataclasses import dataclass, field

from shared import log
from shared.db import Connection
from shared.messages import DOCUMENTS, SEND_MAIL, TASK_OF_STEP, Message
from shared.queries.steps import ANNOUNCE_AFTER_S, NewStep, add_step, reopen


@dataclass
class NextSteps:
    """Collects the steps that a change of an order makes due; `messages` are sent after the commit."""

    connection: Connection
    order_id: int
    number: str
    messages: list[Message] = field(default_factory=list)

    async def ask_again(self, step: str, ref: int) -> None:
        """Add a step that only acts where something is left to do, or make it due once more."""
        message = await reopen(self.connection, self.order_id, step, ref)
        if message:
            self.messages.append(message)
        else:
            await self.add(step, ref)

    async def add(self, step: str, ref: int = 0, *, first_look_s: int = ANNOUNCE_AFTER_S) -> None:
        """Write a step and its outbox row; see `shared.messages.TASK_OF_STEP` for the steps there are."""
        queue, task = TASK_OF_STEP.get(step, (DOCUMENTS, SEND_MAIL))
        new = NewStep(order_id=self.order_id, step=step, ref=ref, queue=queue, task=task, first_look_s=first_look_s)
        self.messages.append(await add_step(self.connection, new, headers(self.number)))


def headers(order_number: str) -> dict[str, str]:
    """The ids that a step's message carries on, so that one grep follows an order through both tiers."""
    return {"request_id": log.bound("request_id") or "", "order_number": order_number}
