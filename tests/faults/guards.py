"""What keeps an order from being lost or doubled, a guard a row: how it is taken out, and which test must see that."""

from collections.abc import Mapping
from dataclasses import dataclass

VARIABLE = "WITHOUT_GUARD"


@dataclass(frozen=True)
class Change:
    """In this module the text `there` becomes `instead`."""

    module: str
    there: str
    instead: str


@dataclass(frozen=True)
class Guard(Change):
    """A change that takes a guard out; test: of tests/faults, turns red without it."""

    test: str


_CRASHES = "test_crash_points_of_orders.py::test_the_dead_leave_no_order_behind"

GUARDS: Mapping[str, Guard] = {
    "outbox": Guard(
        "workers.sweep",
        "due = await take_due(connection, BATCH, tools.settings.step_deadline_s)",
        "due = []",
        f"{_CRASHES}[before]",
    ),
    "key": Guard(
        "shared.services.checkout",
        "before = await _placed_before(connection, cart, key, request)",
        "before = None",
        f"{_CRASHES}[after]",
    ),
    "sorted locks": Guard(
        "shared.queries.placing",
        "sorted(order.lines, key=lambda line: line.sku)",
        "sorted(order.lines, key=lambda line: hash((line.sku, order.number)))",
        "test_failing_database.py::test_people_who_buy_the_same_things_at_once_never_wait_for_each_other_crosswise",
    ),
    "late ack": Guard(
        "workers.app",
        '"task_acks_late": True',
        '"task_acks_late": False',
        "transport/test_transport_answers.py::test_a_task_whose_process_died_comes_again",
    ),
    "lease": Guard(
        "shared.queries.steps",
        "\"OR state = 'running' AND lease_until < UTC_TIMESTAMP(6))\"",
        '")"',
        f"{_CRASHES}[after]",
    ),
    "mail question": Guard(
        "workers.mail_steps",
        "fate = await fate_of(tools, reserved)",
        "fate = Fate.NOT_TAKEN",
        f"{_CRASHES}[after]",
    ),
}
