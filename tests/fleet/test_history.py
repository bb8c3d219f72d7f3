"""The judge of carts: it lets every possible history pass, and names what cannot be."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.history import NEVER, Operation, violations
from shared.domain.cart import MAX_QUANTITY

COAT, HAT = "COAT-M", "HAT-57"


def told(verb: str, *line: object, at: float, until: float | None = None, **changes: object) -> Operation:
    """An operation that was sent once, at a time of its own."""
    sku, pieces = (*line, "", 0)[:2] if len(line) != 1 else (line[0], 0)
    answered_s = at + 0.5 if until is None else until
    operation = Operation(
        verb=verb, sku=str(sku), pieces=int(str(pieces)), asked_s=at, asked_last_s=at, answered_s=answered_s
    )
    return replace(operation, **changes)  # type: ignore[arg-type]


ADDED = told("add", COAT, 2, at=1, seen={COAT: 2})
NEVER_TOLD = told("add", COAT, 2, at=1, until=NEVER)


def read(at: float, **pieces: int) -> Operation:
    return told("read", at=at, seen={{"coat": COAT, "hat": HAT}.get(sku, sku): n for sku, n in pieces.items()})


@pytest.mark.parametrize(
    ("history", "sentence"),
    [
        ([ADDED, read(2)], "read: COAT-M: 0 instead of 2, 2 lost"),
        ([ADDED, read(2, coat=4)], "read: COAT-M: 4 instead of 2, 2 too many"),
        ([ADDED, read(2, coat=2, SOCKS=1)], "read: foreign line SOCKS"),
        ([ADDED, told("remove", COAT, at=2, seen={}), read(3, coat=2)], "read: COAT-M: 2 instead of 0, 2 too many"),
        ([ADDED, told("put", COAT, 5, at=2, seen={COAT: 7})], "put COAT-M 5: COAT-M: 7 instead of 5, 2 too many"),
        ([ADDED, read(2), read(3, coat=2)], "read: COAT-M: 0 instead of 2, 2 lost"),
        ([told("put", COAT, 5, at=1, is_refused=True)], "put COAT-M 5: refused without a reason"),
        (
            [replace(ADDED, asked_last_s=2, answered_s=3, seen={})],
            "read COAT-M 2: COAT-M: 0 instead of 2, 2 lost",
        ),
        (
            [replace(ADDED, asked_last_s=2, answered_s=3, seen={COAT: 4})],
            "read COAT-M 2: COAT-M: 4 instead of 2, 2 too many",
        ),
    ],
    ids=["lost", "doubled", "foreign", "back again", "put joined", "gone for a while", "refused", "lost", "done twice"],
)
def test_what_cannot_be_is_named(history: Sequence[Operation], sentence: str) -> None:
    assert violations(history)[0] == sentence


@pytest.mark.parametrize("pieces", [{}, {"coat": 2}])
def test_what_was_never_answered_may_have_happened_or_not(pieces: dict[str, int]) -> None:
    assert violations([NEVER_TOLD, read(2, **pieces)]) == []


def test_what_was_never_answered_may_happen_later_but_once() -> None:
    assert violations([NEVER_TOLD, read(2), read(3, coat=2)]) == []
    assert violations([NEVER_TOLD, read(2, coat=2), read(3, coat=4)]) == ["read: COAT-M: 4 instead of 2, 2 too many"]


def test_what_was_never_answered_cannot_happen_when_whoever_was_asked_is_dead() -> None:
    dead = replace(NEVER_TOLD, over_s=3)

    assert violations([dead, read(2, coat=2), read(4, coat=2)]) == []
    assert violations([dead, read(2.9), read(4, coat=2)]) == []
    assert violations([dead, read(4), read(5, coat=2)]) == ["read: COAT-M: 2 instead of 0, 2 too many"]


def test_of_two_at_once_either_may_be_first() -> None:
    put = told("put", COAT, 5, at=1, until=3)

    assert violations([put, told("remove", COAT, at=2, until=4), read(5)]) == []
    assert violations([put, told("remove", COAT, at=2, until=4), read(5, coat=5)]) == []
    assert violations([put, told("remove", COAT, at=4, until=5), read(6, coat=5)]) != []


def test_a_repeated_request_may_show_what_came_after_the_change() -> None:
    added = replace(ADDED, asked_last_s=3, answered_s=4, seen={COAT: 2, HAT: 1})

    assert violations([added, told("add", HAT, 1, at=2, seen={COAT: 2, HAT: 1})]) == []


def test_a_refusal_is_right_where_the_line_would_hold_too_much() -> None:
    full = told("put", COAT, MAX_QUANTITY, at=1, seen={COAT: MAX_QUANTITY})

    assert violations([full, told("add", COAT, 1, at=2, is_refused=True), read(3, coat=MAX_QUANTITY)]) == []


def lived(seed: int, length: int) -> list[Operation]:
    """What a shop without a fault would tell of a cart whose operations overlap and are sent again."""
    chance, cart, found, now = random.Random(seed), dict[str, int](), [], 0.0
    for _ in range(length):
        now += 1
        operation = told(
            chance.choice(["add", "add", "put", "remove", "read"]),
            *(chance.choice([COAT, HAT]), chance.randint(1, 3)),
            at=now - chance.choice([0.1, 0.1, 1.5, 3.0]),
            until=now + chance.choice([0.1, 0.1, 1.5, 3.0]),
        )
        do(operation, cart)
        shown = replace(operation, seen=dict(cart))
        found.append(replace(shown, asked_s=operation.asked_s - 1) if chance.random() < 0.2 else shown)
    return [*found, replace(told("read", at=now + 4), seen=cart)]


def do(operation: Operation, cart: dict[str, int]) -> None:
    if operation.verb == "add":
        cart[operation.sku] = cart.get(operation.sku, 0) + operation.pieces
    elif operation.verb == "put":
        cart[operation.sku] = operation.pieces
    elif operation.verb == "remove":
        cart.pop(operation.sku, None)


@settings(max_examples=100)
@given(st.integers(0, 2**32), st.integers(1, 40), st.data())
def test_a_possible_history_passes_also_when_answers_are_lost(seed: int, length: int, data: st.DataObject) -> None:
    history = lived(seed, length)
    unsure = data.draw(st.sets(st.integers(0, length - 1), max_size=3))
    late_s = data.draw(st.sampled_from([0.0, 2.0, NEVER]))

    heard = [
        replace(one, answered_s=NEVER, over_s=one.answered_s + late_s, seen=None) if number in unsure else one
        for number, one in enumerate(history)
    ]

    assert violations(heard) == []


@settings(max_examples=100)
@given(st.integers(0, 2**32), st.integers(1, 40), st.sampled_from(["lost", "too many", "foreign line"]))
def test_a_planted_fault_is_found_in_any_history(seed: int, length: int, fault: str) -> None:
    *history, last = lived(seed, length)
    seen = dict(last.seen or {}) | {"SOCKS": 1}
    history.append(told("put", "SOCKS", 1, at=last.asked_s - 0.5, until=last.asked_s - 0.1, seen=None))
    planted = {"lost": {"SOCKS": 0}, "too many": {"SOCKS": 2}, "foreign line": {"BELT": 1}}[fault]

    shown = {sku: pieces for sku, pieces in (seen | planted).items() if pieces}

    assert fault in violations([*history, replace(last, seen=shown)])[-1]
