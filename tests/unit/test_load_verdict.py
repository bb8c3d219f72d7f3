"""The verdict on a load run: what shoppers were told, held against what is there."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from loadtests.diary import DECLINED, Cart, Diary, Order
from loadtests.history import Operation
from loadtests.limits import Limits
from loadtests.run import Outage, Run
from loadtests.run_record import Record, hashed
from loadtests.samples import Sample, Usage
from loadtests.verdict import judge

COAT = "COAT-NAV-M"
NUMBER, EMAIL = "K7QM-4X2D", "a@example.com"
RECEIPT = f"<receipt.{NUMBER}.1@example.com>"


def told_order(**changes: Any) -> Order:
    order = Order(key="k1", number=NUMBER, email=EMAIL, total_cents=3390, pieces={COAT: 1}, at_s=1)
    return replace(order, **changes)


def placed_order(**changes: Any) -> Mapping[str, Any]:
    return {
        "number": "K7QM-4X2D",
        "key_sha256": hashed("k1"),
        "order_status": "processing",
        "payment_status": "unpaid",
        "total_cents": 3390,
        "lines": [{"sku": COAT, "quantity": 1}],
        "steps": [{"step": "receipt", "ref": "0", "state": "done", "attempts": 1}],
        "documents": [{"kind": "invoice", "number": "T000001"}],
        "mails": [{"message_id": RECEIPT, "state": "done", "at": "2026-11-30T01:00:00Z"}],
        **changes,
    }


def diary(*orders: Order) -> Diary:
    told = Diary(orders=list(orders), asked=[order.key for order in orders])
    told.timeline.note("page", 1.0, 0.01, is_error=False)
    return told


def run_of(*there: Mapping[str, Any], told: Diary | None = None, **changes: Any) -> Run:
    sold = sum(line["quantity"] for order in there for line in order["lines"])
    changes.setdefault("stock", [{"sku": COAT, "pool": 50, "sold": sold, "left": 50 - sold}])
    read = ("stock", "gaps", "audited", "mailbox", "charges")
    record = Record(orders=there, **{name: changes.pop(name) for name in read if name in changes})
    return Run(diary=told or diary(told_order()), record=record, **changes)


def found(run: Run) -> list[tuple[str, str]]:
    return [(finding.what, finding.detail) for finding in judge(run)]


def test_a_run_in_which_everything_is_there_passes() -> None:
    assert found(run_of(placed_order(), mailbox={NUMBER: [EMAIL]}, charges={}, audited=1)) == []


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ((), [("order lost", "K7QM-4X2D was acknowledged and is not there")]),
        (
            (placed_order(lines=[{"sku": COAT, "quantity": 2}]),),
            [("order changed", "K7QM-4X2D holds {'COAT-NAV-M': 2}, {'COAT-NAV-M': 1} was ordered")],
        ),
        ((placed_order(), placed_order(number="2222-2222")), [("order doubled", "2 orders for one key")]),
        (
            (placed_order(), placed_order(number="2222-2222", key_sha256=hashed("k2"))),
            [("order foreign", "nobody of this run asked for 2222-2222")],
        ),
        (
            (placed_order(order_status="pending", documents=[], mails=[]),),
            [
                ("order not processed", "K7QM-4X2D is still pending 60 s after the end"),
                ("invoice missing", "K7QM-4X2D has none"),
                ("receipt missing", "K7QM-4X2D has none"),
            ],
        ),
        (
            (placed_order(lines=[{"sku": COAT, "quantity": 1}] * 2),),
            [("order changed", "K7QM-4X2D holds {'COAT-NAV-M': 2}, {'COAT-NAV-M': 1} was ordered")],
        ),
        (
            (placed_order(order_status="on_hold"),),
            [("order not processed", "K7QM-4X2D is still on_hold 60 s after the end")],
        ),
        (
            (placed_order(documents=[{"kind": "invoice", "number": f"T00000{n}"} for n in (1, 2)]),),
            [("invoice made twice", "K7QM-4X2D has 2")],
        ),
    ],
)
def test_what_is_wrong_with_an_order_is_named(
    there: tuple[Mapping[str, Any], ...], expected: list[tuple[str, str]]
) -> None:
    assert found(run_of(*there)) == expected


def test_a_mail_that_lies_twice_in_the_mailbox_was_sent_twice_whatever_the_ledger_says() -> None:
    assert found(run_of(placed_order(), mailbox={NUMBER: [EMAIL, EMAIL]})) == [
        ("receipt sent twice", "K7QM-4X2D has 2")
    ]


def test_a_receipt_that_somebody_else_got_is_named() -> None:
    assert found(run_of(placed_order(), mailbox={NUMBER: ["b@example.com"]})) == [
        ("receipt to a stranger", "K7QM-4X2D was told to b@example.com")
    ]


def test_an_order_whose_answer_was_lost_is_carried_out_like_any_other() -> None:
    told = diary()
    told.asked.append("k1")
    stuck = placed_order(order_status="pending", documents=[], mails=[])

    assert [what for what, _ in found(run_of(stuck, told=told))] == [
        "order not processed",
        "invoice missing",
        "receipt missing",
    ]
    assert found(run_of({**stuck, "payment_status": "failed"}, told=told)) == []


@pytest.mark.parametrize(
    ("status", "charges", "expected"),
    [
        ("paid", {NUMBER: 1}, []),
        ("paid", {NUMBER: 2}, [("charged twice", "K7QM-4X2D has 2 charges")]),
        ("authorized", {}, [("charge missing", "K7QM-4X2D is authorized, and no card was charged")]),
    ],
)
def test_a_card_is_charged_once_by_the_providers_own_ledger(
    status: str, charges: Mapping[str, int], expected: list[tuple[str, str]]
) -> None:
    assert found(run_of(placed_order(payment_status=status), charges=charges)) == expected


def test_an_audit_that_passed_over_an_order_is_none() -> None:
    assert found(run_of(placed_order(), audited=0)) == [("audit", "0 of 1 orders were looked at")]


def test_an_order_with_a_step_left_to_do_is_not_finished() -> None:
    left = placed_order(steps=[{"step": "receipt", "ref": "0", "state": "retrying", "attempts": 3}])

    assert found(run_of(left, open_orders=["K7QM-4X2D"])) == [
        ("order not finished", "K7QM-4X2D: receipt missing 60 s after the end")
    ]


def test_an_order_whose_card_was_declined_needs_no_papers() -> None:
    waiting = placed_order(order_status="pending", documents=[], mails=[])

    assert found(run_of(waiting, told=diary(told_order(fate=DECLINED)))) == []


def test_a_change_of_a_cart_that_is_not_there_later_is_lost() -> None:
    told = diary()
    added = Operation(verb="add", sku=COAT, pieces=2, seen={COAT: 2}, asked_s=1, asked_last_s=1, answered_s=2)
    read = Operation(verb="read", seen={COAT: 1}, asked_s=3, asked_last_s=3, answered_s=4)
    told.carts.append(Cart(whose="GuestBuyer", operations=[added, read]))

    assert found(run_of(told=told)) == [
        ("cart lost", "cart 0 of a GuestBuyer: read: COAT-NAV-M: 1 instead of 2, 1 lost")
    ]


def test_of_two_tabs_at_once_one_may_lose_its_change_while_redis_is_away_and_never_else() -> None:
    told = diary()
    added = Operation(verb="add", sku=COAT, pieces=2, seen={COAT: 2}, asked_s=6, asked_last_s=6, answered_s=6.2)
    put = Operation(verb="put", sku="HAT", pieces=1, seen={"HAT": 1}, asked_s=6, asked_last_s=6, answered_s=6.3)
    read = Operation(verb="read", seen={"HAT": 1}, asked_s=7, asked_last_s=7, answered_s=8)
    told.carts.append(Cart(whose="Hesitant", operations=[added, put, read]))
    away = Outage(name="redis", began_s=5.0, ended_s=5.1, is_felt=True)

    assert found(run_of(told=told, outages=[away])) == []
    assert [what for what, _ in found(run_of(told=told, outages=[replace(away, name="db")]))] == ["cart lost"]


def test_an_accounts_cart_is_not_seen_in_another_browser_while_redis_is_away_and_is_there_again_later() -> None:
    told = diary()
    added = Operation(verb="add", sku=COAT, pieces=2, seen={COAT: 2}, asked_s=1, asked_last_s=1, answered_s=2)
    away = Operation(verb="read", seen={}, asked_s=9, asked_last_s=9, answered_s=9.1)
    later = Operation(verb="read", seen={COAT: 2}, asked_s=12, asked_last_s=12, answered_s=12.1)
    told.carts.append(Cart(whose="Returner", operations=[added, away, later]))
    outages = [Outage(name="redis", began_s=5.0, ended_s=5.1, is_felt=True)]

    assert found(run_of(told=told, outages=outages)) == []
    told.carts[0].operations.append(replace(later, seen={}, asked_s=13, asked_last_s=13, answered_s=13.1))
    assert [what for what, _ in found(run_of(told=told, outages=outages))] == ["cart lost"]
    told.carts[0] = Cart(whose="Guest", operations=[added, away, later])
    assert [what for what, _ in found(run_of(told=told, outages=outages))] == ["cart lost", "cart doubled"]


def test_an_error_counts_unless_a_fault_excuses_it() -> None:
    told = diary()
    for at_s in (4.0, 12.0, 20.0):
        told.timeline.note("cart", at_s, 0.01, is_error=True)
        told.note_error("cart", at_s, 503, "/cart")
    felt = Outage(name="kill-web", began_s=10.5, ended_s=10.5, is_felt=True)
    unfelt = Outage(name="sqs", began_s=19.0, ended_s=21.0, is_felt=False)

    assert found(run_of(told=told, outages=[felt, unfelt])) == [
        ("errors", "2 requests failed that no fault excuses: 2 × 503 cart")
    ]


def test_what_is_slower_than_its_kind_may_be_is_named() -> None:
    told = diary()
    told.timeline.note("cart change", 2.0, 0.2, is_error=False)
    told.timeline.note("checkout", 2.0, 0.2, is_error=False)

    assert found(run_of(told=told)) == [("slow cart change", "p99 202 ms, 150 ms allowed")]


def test_stock_that_does_not_add_up_is_named() -> None:
    row = {"sku": COAT, "pool": 50, "sold": 1, "left": 48}

    assert found(run_of(placed_order(), stock=[row])) == [
        ("stock", "COAT-NAV-M: 50 there were, 1 sold, 48 left, 1 in orders")
    ]


def test_pieces_that_no_pool_of_the_run_has_given_are_named() -> None:
    assert found(run_of(placed_order(), stock=[])) == [("stock", "COAT-NAV-M: 1 in orders, and no pool of the run")]


def test_a_flash_sale_sells_what_there_is_and_tells_the_rest() -> None:
    told = diary(told_order())
    told.refused = {"sold-out": 1}
    row = {"sku": COAT, "pool": 1, "sold": 1, "left": 0}

    def sale(users: int) -> Run:
        return run_of(placed_order(), told=told, stock=[row], users=users, hot_sku=COAT)

    assert found(sale(2)) == []
    assert found(sale(3)) == [("flash sale", "1 of 3 were told neither yes nor no")]


def test_gaps_of_the_audit_are_findings() -> None:
    gap = {"kind": "no_invoice", "order": "K7QM-4X2D", "detail": "paid and not billed"}

    assert found(run_of(placed_order(), gaps=[gap])) == [("audit", "no_invoice K7QM-4X2D: paid and not billed")]


def test_a_run_in_which_nothing_was_answered_fails() -> None:
    assert found(run_of(told=Diary())) == [("nobody came", "not one request was answered")]


def looks(memory_mb: Mapping[int, float], slow: Mapping[int, int]) -> list[Sample]:
    """A look every ten seconds: memory by time, and how many of ten timers so far were late by a second."""
    return [
        Sample(
            at_s=at_s,
            usage={"storefront-1": Usage(pid=7, memory_mb=mb, cpu_s=0.0)},
            delays={"storefront-1": {0.01: at_s - slow.get(at_s, 0), float("inf"): at_s}},
        )
        for at_s, mb in memory_mb.items()
    ]


def test_memory_may_grow_while_the_shop_warms_up_and_is_flat_then() -> None:
    flat = {at_s: 80.0 if at_s < 60 else 100.0 for at_s in range(0, 200, 10)}
    growing = {at_s: 80.0 + at_s / 10 for at_s in range(0, 200, 10)}

    assert found(run_of(placed_order(), samples=looks(flat, {}))) == []
    assert found(run_of(placed_order(), samples=looks(growing, {}))) == [
        ("memory", "storefront-1 grew by 13.8%, 5% allowed")
    ]


def test_a_loop_that_gets_slow_towards_the_end_is_named() -> None:
    memory = dict.fromkeys(range(10, 100, 10), 100.0)

    assert found(run_of(placed_order(), samples=looks(memory, {80: 5, 90: 12}), limits=Limits(delay_ms=100))) == [
        ("loop delay", "p99 10000 ms in the last third, 10 ms in the first")
    ]
