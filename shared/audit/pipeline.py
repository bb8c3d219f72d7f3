"""Steps and outbox: every order has one processed record, every step its message, and none is past its time."""

from collections.abc import Iterator

from shared.audit.dossier import Dossier, Step
from shared.audit.gaps import Gap

WORDS = {
    "overdue": "is past its time and nobody looks after it",
    "never_begun": "was queued long ago and never tried: does a worker run?",
    "unsent": "was never handed to the queue",
}
KINDS = {"overdue": "step_overdue", "never_begun": "step_overdue", "unsent": "outbox_unsent"}


def gaps_of(order: Dossier) -> Iterator[Gap]:
    if ("payment", 0) not in order.steps:
        yield Gap("step_missing", f"{order.number}/payment/0", "there is no step payment", order.number)
    for step in order.steps.values():
        yield from _gaps_of_step(order.number, step)


def _gaps_of_step(number: str, step: Step) -> Iterator[Gap]:
    name = f"{step.name}/{step.ref}"
    subject = f"{number}/{name}"
    if not step.has_outbox:
        yield Gap("outbox_missing", subject, f"the step {name} has no outbox row", number)
    if step.state == "dead":
        yield Gap("step_dead", subject, f"the step {name} was given up", number)
    if step.fault:
        yield Gap(KINDS[step.fault], subject, f"the step {name} ({step.state}) {WORDS[step.fault]}", number)
