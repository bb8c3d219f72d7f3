"""Whether what a shopper was told of one cart can have happened, in an order that fits begin and end of each request.

All states that a cart may be in are carried along in time. An operation takes effect at one moment between the first
request for it and its answer, once however often it was sent; one without an answer may take effect until whoever was
asked has surely died, or never. An answer shows the cart as it was at that moment.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

NEVER = math.inf
MAX_QUANTITY = 99  # pieces of a line, by contract

Pieces: TypeAlias = Mapping[str, int]
Held: TypeAlias = frozenset[tuple[str, int]]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What a shopper asked for, and what came of it.

    Attributes:
        verb: "add", "put", "remove", "clear" or "read".
        asked_s: of the first request; asked_last_s: of the one that was answered. Both on one clock that never jumps.
        answered_s: NEVER if no request for it was answered.
        over_s: from when on an operation without an answer cannot take effect any more.
        seen: the cart in the answer; None if there was none, or the shop refused.
        is_refused: the shop said that the line would hold too much.
    """

    verb: str
    sku: str = ""
    pieces: int = 0
    asked_s: float
    asked_last_s: float
    answered_s: float = NEVER
    over_s: float = NEVER
    seen: Pieces | None = None
    is_refused: bool = False

    def __str__(self) -> str:
        return " ".join(str(word) for word in (self.verb, self.sku, self.pieces or "") if word)


def violations(history: Iterable[Operation]) -> list[str]:
    """One sentence for each answer that no order of the operations explains; after one, what it showed is believed."""
    events = [event for operation in history for event in _events(operation)]
    asked_for = {event.operation.sku for event in events}
    begins = [(event.operation.asked_s, 0, number) for number, event in enumerate(events)]
    ends = [(min(event.operation.answered_s, event.operation.over_s), 1, number) for number, event in enumerate(events)]
    possible, found = _Possible(events), []
    for moment_s, is_end, number in sorted(begins + ends):
        if not is_end:
            possible.open.append(number)
        elif moment_s == events[number].operation.over_s < NEVER:
            possible.give_up(number)
        elif moment_s < NEVER and (expected := possible.settle(number)):
            found.append(_sentence(events[number].operation, expected, asked_for))
    return found


@dataclass(frozen=True)
class _Event:
    """follows_last: not before the event in front of it, which is the change that this one shows."""

    operation: Operation
    follows_last: bool = False


def _events(operation: Operation) -> Iterator[_Event]:
    """An answer to a repeated request shows the cart of that request, which may be later than the change."""
    if operation.verb == "read" or operation.asked_s == operation.asked_last_s or operation.seen is None:
        yield _Event(operation)
        return
    yield _Event(replace(operation, seen=None))
    yield _Event(replace(operation, verb="read", asked_s=operation.asked_last_s), follows_last=True)


@dataclass(frozen=True)
class _State:
    """A cart as it may be, and which of the open operations are in it."""

    held: Held
    done: frozenset[int] = frozenset()


class _Possible:
    """All states that fit what was answered so far."""

    def __init__(self, events: Sequence[_Event]) -> None:
        self.open: list[int] = []
        self._events = events
        self._states = {_State(frozenset())}

    def settle(self, number: int) -> list[Held]:
        """Keep the states in which this operation took effect as its answer says.

        Returns:
            Nothing, if there are any; else the carts that it might have shown.
        """
        states = self._reached()
        self.open.remove(number)
        fitting = {state for state in states if number in state.done}
        if fitting:
            self._states = {_State(state.held, state.done - {number}) for state in fitting}
            return []
        event = self._events[number].operation
        expected = [held for state in states if (held := _after(event, state.held)) is not None]
        believed = _held(event.seen) if event.seen is not None else None
        self._states = {_State(believed if believed is not None else state.held) for state in states}
        return expected or [state.held for state in states]

    def give_up(self, number: int) -> None:
        """It took effect by now, or never will."""
        states = self._reached()
        self.open.remove(number)
        self._states = {_State(state.held, state.done - {number}) for state in states}

    def _reached(self) -> set[_State]:
        """Every state that open operations lead to, in any order."""
        reached, fresh = set(self._states), list(self._states)
        while fresh:
            state = fresh.pop()
            for number in self.open:
                if number not in state.done and (held := self._effect(number, state)) is not None:
                    after = _State(held, state.done | {number})
                    if after not in reached:
                        reached.add(after)
                        fresh.append(after)
        return reached

    def _effect(self, number: int, state: _State) -> Held | None:
        """The cart after an operation; None when it cannot be next, or its answer would have been another one."""
        event, seen = self._events[number], self._events[number].operation.seen
        if event.follows_last and number - 1 in self.open and number - 1 not in state.done:
            return None
        after = _after(event.operation, state.held)
        return after if seen is None or after == _held(seen) else None


def _after(event: Operation, held: Held) -> Held | None:
    """The model: adds commute, what is put or taken out wins over what came before it; None: this cannot be now."""
    pieces = dict(held)
    if event.verb == "add":
        pieces[event.sku] = pieces.get(event.sku, 0) + event.pieces
    elif event.verb == "put":
        pieces[event.sku] = event.pieces
    elif event.verb == "remove":
        pieces.pop(event.sku, None)
    elif event.verb == "clear":
        pieces = {}
    is_too_much = pieces.get(event.sku, 0) > MAX_QUANTITY
    if event.is_refused:
        return held if is_too_much else None
    return None if is_too_much else _held(pieces)


def _held(pieces: Pieces) -> Held:
    return frozenset(pieces.items())


def _sentence(event: Operation, expected: Sequence[Held], asked_for: set[str]) -> str:
    if event.seen is None:
        return f"{event}: refused without a reason"
    nearest = min((dict(held) for held in expected), key=lambda held: _distance(held, event.seen or {}))
    return f"{event}: " + ", ".join(_differences(nearest, event.seen, asked_for))


def _distance(one: Pieces, other: Pieces) -> int:
    return sum(abs(one.get(sku, 0) - other.get(sku, 0)) for sku in one.keys() | other.keys())


def _differences(expected: Pieces, seen: Pieces, asked_for: set[str]) -> Iterator[str]:
    for sku in sorted(expected.keys() | seen.keys()):
        wanted, there = expected.get(sku, 0), seen.get(sku, 0)
        if sku not in asked_for:
            yield f"foreign line {sku}"
        elif there < wanted:
            yield f"{sku}: {there} instead of {wanted}, {wanted - there} lost"
        elif there > wanted:
            yield f"{sku}: {there} instead of {wanted}, {there - wanted} too many"
