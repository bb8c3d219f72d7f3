from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.moves import NEXT, IllegalMove, check_move
from shared.domain.statuses import (
    FulfillmentStatus,
    Milestones,
    Money,
    OrderStatus,
    PaymentStatus,
    Quantities,
    ReturnedPieces,
    ReturnStatus,
    StepState,
    fulfillment_status,
    is_complete,
    order_status,
    payment_status,
    return_status,
)

F, O, P, R = FulfillmentStatus, OrderStatus, PaymentStatus, ReturnStatus  # noqa: E741


@pytest.mark.parametrize(
    ("money", "status"),
    [
        (Money(due_cents=6480), P.PENDING),
        (Money(due_cents=6480, authorized_cents=6479), P.PENDING),
        (Money(due_cents=6480, authorized_cents=6480), P.AUTHORIZED),
        (Money(due_cents=6480, captured_cents=1), P.PARTIALLY_PAID),
        (Money(due_cents=6480, captured_cents=6480), P.PAID),
        (Money(due_cents=6480, captured_cents=6481), P.PAID),
        (Money(due_cents=0, captured_cents=10), P.PAID),
        (Money(due_cents=6480, captured_cents=6480, refunded_cents=1), P.PARTIALLY_REFUNDED),
        (Money(due_cents=6480, captured_cents=6480, refunded_cents=6480), P.REFUNDED),
        (Money(due_cents=0, captured_cents=6480, refunded_cents=6480), P.REFUNDED),
        (Money(due_cents=0), P.VOIDED),
        (Money(due_cents=6480, last_voided=True), P.VOIDED),
        (Money(due_cents=6480, last_failed=True), P.FAILED),
        (Money(due_cents=6480, captured_cents=6480, last_failed=True), P.PAID),
        (Money(due_cents=6480, authorized_cents=6480, last_failed=True), P.AUTHORIZED),
    ],
)
def test_the_payment_follows_from_the_money(money: Money, status: PaymentStatus) -> None:
    assert payment_status(money) is status


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([Quantities(ordered=2)], F.UNFULFILLED),
        ([Quantities(ordered=2, canceled=2)], F.UNFULFILLED),
        ([Quantities(ordered=2, packed=1)], F.PARTIALLY_FULFILLED),
        ([Quantities(ordered=2, packed=2)], F.FULFILLED),
        ([Quantities(ordered=2, canceled=1, packed=1)], F.FULFILLED),
        ([Quantities(ordered=2, packed=2), Quantities(ordered=1)], F.PARTIALLY_FULFILLED),
        ([Quantities(ordered=2, packed=2, shipped=1)], F.PARTIALLY_SHIPPED),
        ([Quantities(ordered=2, packed=2, shipped=2)], F.SHIPPED),
        ([Quantities(ordered=2, packed=2, shipped=2, delivered=1)], F.PARTIALLY_DELIVERED),
        ([Quantities(ordered=2, packed=1, shipped=1, delivered=1)], F.PARTIALLY_DELIVERED),
        ([Quantities(ordered=2, packed=2, shipped=2, delivered=2)], F.DELIVERED),
        ([Quantities(ordered=2, canceled=1, packed=1, shipped=1, delivered=1)], F.DELIVERED),
    ],
)
def test_the_fulfillment_follows_from_the_pieces(lines: list[Quantities], status: FulfillmentStatus) -> None:
    assert fulfillment_status(lines) is status


@pytest.mark.parametrize(
    ("returns", "status"),
    [
        ([], R.NONE),
        ([ReturnedPieces(requested=2)], R.REQUESTED),
        ([ReturnedPieces(requested=2, received=1)], R.PARTIALLY_RECEIVED),
        ([ReturnedPieces(requested=2, received=2)], R.RECEIVED),
        ([ReturnedPieces(requested=2, canceled=True)], R.CANCELED),
        ([ReturnedPieces(requested=2, canceled=True), ReturnedPieces(requested=1)], R.REQUESTED),
        ([ReturnedPieces(requested=2, received=2), ReturnedPieces(requested=1)], R.PARTIALLY_RECEIVED),
        ([ReturnedPieces(requested=2, received=2), ReturnedPieces(requested=1, canceled=True)], R.RECEIVED),
    ],
)
def test_the_return_follows_from_what_came_back(returns: list[ReturnedPieces], status: ReturnStatus) -> None:
    assert return_status(returns) is status


@pytest.mark.parametrize(
    ("milestones", "status"),
    [
        (Milestones(), O.PENDING),
        (Milestones(payment_settled=True), O.PROCESSING),
        (Milestones(payment_settled=True, completed=True), O.COMPLETED),
        (Milestones(payment_settled=True, on_hold=True), O.ON_HOLD),
        (Milestones(on_hold=True, completed=True), O.ON_HOLD),
        (Milestones(expired=True, on_hold=True), O.EXPIRED),
        (Milestones(canceled=True, expired=True, on_hold=True, completed=True, payment_settled=True), O.CANCELED),
    ],
)
def test_the_order_follows_from_its_milestones(milestones: Milestones, status: OrderStatus) -> None:
    assert order_status(milestones) is status


@pytest.mark.parametrize(
    ("payment", "fulfillment", "returns", "complete"),
    [
        (P.PAID, F.DELIVERED, R.NONE, True),
        (P.REFUNDED, F.DELIVERED, R.RECEIVED, True),
        (P.PARTIALLY_REFUNDED, F.DELIVERED, R.CANCELED, True),
        (P.PENDING, F.DELIVERED, R.NONE, False),
        (P.PAID, F.PARTIALLY_DELIVERED, R.NONE, False),
        (P.PAID, F.DELIVERED, R.REQUESTED, False),
        (P.PAID, F.DELIVERED, R.PARTIALLY_RECEIVED, False),
    ],
)
def test_an_order_is_complete_when_nothing_is_left_to_do(
    payment: PaymentStatus, fulfillment: FulfillmentStatus, returns: ReturnStatus, complete: bool
) -> None:
    assert is_complete(payment, fulfillment, returns) is complete


def test_every_state_of_every_axis_has_its_moves() -> None:
    for axis, moves in NEXT.items():
        assert set(moves) == set(axis)
        assert all(isinstance(target, axis) and target is not current for current in moves for target in moves[current])


def test_the_words_of_the_contract_are_used() -> None:
    assert [*OrderStatus] == ["pending", "processing", "on_hold", "completed", "canceled", "expired"]
    assert [*StepState] == ["queued", "running", "waiting", "retrying", "done", "dead"]


def test_an_illegal_move_is_refused_with_its_reason() -> None:
    with pytest.raises(IllegalMove) as refusal:
        check_move(O.CANCELED, O.PROCESSING)

    assert refusal.value.detail == "It is canceled, so it cannot become processing."
    assert refusal.value.status == 409


def test_staying_and_legal_moves_pass() -> None:
    check_move(O.PENDING, O.PROCESSING)
    check_move(O.COMPLETED, O.COMPLETED)
    check_move(R.CANCELED, R.REQUESTED)


def test_states_of_two_axes_are_not_mixed() -> None:
    with pytest.raises(TypeError):
        check_move(O.CANCELED, R.CANCELED)


@given(st.lists(st.sampled_from(["pack", "ship", "deliver", "cancel", "unpack"]), max_size=40), st.integers(1, 5))
def test_whatever_happens_to_the_pieces_one_by_one_is_a_legal_move(events: list[str], ordered: int) -> None:
    packed = shipped = delivered = canceled = 0
    seen = [fulfillment_status([Quantities(ordered=ordered)])]

    for event in events:
        packed += event == "pack" and packed < ordered - canceled
        shipped += event == "ship" and shipped < packed
        delivered += event == "deliver" and delivered < shipped
        canceled += event == "cancel" and packed < ordered - canceled
        packed -= event == "unpack" and packed > shipped
        line = Quantities(ordered=ordered, canceled=canceled, packed=packed, shipped=shipped, delivered=delivered)
        seen.append(fulfillment_status([line]))

    for current, target in pairwise(seen):
        check_move(current, target)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["new", "authorize", "capture", "refund", "void", "fail", "cancel"]), st.integers(1, 100)
        ),
        max_size=30,
    )
)
def test_whatever_happens_to_the_money_is_a_legal_move(events: list[tuple[str, int]]) -> None:
    money = Money(due_cents=100)
    seen = [payment_status(money)]

    for event, cents in events:
        money = after(money, event, cents)
        seen.append(payment_status(money))

    for current, target in pairwise(seen):
        check_move(current, target)


def after(money: Money, event: str, cents: int) -> Money:
    """One event of a payment; no new attempt is made while one is open, a fault or a void ends the open one."""
    fresh = replace(money, authorized_cents=0, last_voided=False, last_failed=False)
    open_cents, kept_cents = money.authorized_cents, money.captured_cents - money.refunded_cents
    outcomes = {
        "new": money if open_cents else fresh,
        "authorize": money if open_cents else replace(fresh, authorized_cents=money.due_cents),
        "capture": replace(fresh, captured_cents=money.captured_cents + (open_cents or cents)),
        "refund": replace(money, refunded_cents=money.refunded_cents + min(cents, kept_cents)),
        "void": replace(fresh, last_voided=True),
        "fail": replace(fresh, last_failed=True),
        "cancel": replace(money, due_cents=max(0, money.due_cents - cents)),
    }
    return outcomes[event]
