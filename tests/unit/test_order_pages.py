"""What the order's page says at each stage of an order's life."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.withdrawal import withdrawal_ends
from shared.queries.order_view import OrderView
from storefront.assets import Assets
from storefront.templates import make_templates
from storefront.views.order_changes import possible
from storefront.views.order_stages import stages, title
from tests.goods_samples import NOW, SETTINGS
from tests.order_life_samples import CANCELED, DELIVERED, PARTLY_SENT, RETURNED, RETURNING, WITHDRAWN, order_of
from tests.order_samples import FRESH_ORDER, INVOICE, PAID, attempt
from tests.page_samples import PAGES

ARRIVED = NOW + timedelta(days=3)  # DELIVERED's last parcel
OPEN_FOR = withdrawal_ends(ARRIVED) - ARRIVED
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def templates() -> Any:
    return make_templates(SETTINGS, Assets.load())


def words(name: str) -> dict[str, Any]:
    return PAGES[name][1]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (FRESH_ORDER, "We have your order"),
        (PAID, "Your order is being prepared"),
        (replace(PAID, order_status="on_hold"), "Your order is on hold"),
        (replace(PAID, fulfillment_status="fulfilled"), "Your order is packed"),
        (PARTLY_SENT, "Part of your order is on its way"),
        (replace(PAID, fulfillment_status="shipped"), "Your order is on its way"),
        (DELIVERED, "Your order has arrived"),
        (replace(DELIVERED, return_status="canceled"), "Your order has arrived"),
        (replace(DELIVERED, return_status="requested"), "Your return is announced"),
        (RETURNING, "Part of your return has come back"),
        (RETURNED, "Your return has come back"),
        (WITHDRAWN, "You withdrew from the contract"),
        (CANCELED, "Your order was canceled"),
        (replace(FRESH_ORDER, order_status="expired"), "Your order has expired"),
    ],
)
def test_an_order_is_told_in_one_sentence(order: OrderView, said: str) -> None:
    assert title(order) == said


@pytest.mark.parametrize(
    ("order", "shown"),
    [
        (FRESH_ORDER, "done done soft soft soft soft"),
        (replace(PAID, payment_method="invoice"), "done done now soft soft soft"),
        (replace(PARTLY_SENT, payment_method="invoice"), "done done done done now soft"),
        (replace(DELIVERED, payment_method="invoice"), "done done done done done done"),
        (replace(RETURNING, payment_method="invoice"), "done done done done done done now"),
        (replace(RETURNED, payment_method="invoice"), "done done done done done done done"),
        (CANCELED, "done stop"),
    ],
)
def test_the_way_shows_how_far_it_has_come(order: OrderView, shown: str) -> None:
    assert " ".join(stage.state for stage in stages(order, INVOICE)) == shown


@pytest.mark.parametrize(
    ("order", "after", "offered"),
    [
        (FRESH_ORDER, NOW - ARRIVED, {"cancel", "withdraw"}),
        (PARTLY_SENT, OPEN_FOR * 9, {"withdraw"}),
        (DELIVERED, SECOND, {"return", "withdraw"}),
        (DELIVERED, OPEN_FOR - SECOND, {"return", "withdraw"}),
        (DELIVERED, OPEN_FOR, {"return"}),
        (RETURNED, SECOND, set()),
        (WITHDRAWN, SECOND, set()),
        (CANCELED, SECOND, set()),
        (replace(FRESH_ORDER, order_status="expired"), SECOND, set()),
    ],
)
def test_only_what_is_possible_is_offered(order: OrderView, after: timedelta, offered: set[str]) -> None:
    assert possible(order, ARRIVED + after) == offered


def test_the_money_adds_up_after_something_was_taken_off() -> None:
    money = words("order-partly-sent")["money"]

    assert money.less == (("Canceled", 8900), ("Reduced by us", 1900))
    assert (money.costs_cents, money.to_pay_cents, money.shows_paid) == (13300, 0, True)
    assert [(back.cents, back.sent_at is None) for back in money.payouts] == [(8900, False), (1900, True)]
    assert money.vat == ((1900, PAID.vat[0].vat_cents - 1421),)


def test_nobody_is_asked_to_pay_for_what_was_withdrawn_from(templates: Any) -> None:
    page = templates.get_template("order.html").render(**words("order-withdrawn-unpaid"))

    assert "<h2>Nothing to pay</h2>" in page
    assert "Nothing more is to be paid for what you withdrew from." in page
    assert "Please transfer" not in page


def test_a_card_that_is_charged_when_the_parcel_leaves_is_told_so(templates: Any) -> None:
    held = attempt("card", authorized_cents=24100, provider_ref="auth_5Tk29")
    page = templates.get_template("order.html").render(
        **order_of(replace(PAID, payment_status="authorized", paid_cents=0, payments=(held,)))
    )

    assert "Your card is charged when the parcel leaves." in page


def test_only_a_return_can_be_kept_after_all_and_only_before_anything_came_back(templates: Any) -> None:
    returning, withdrawn = (
        templates.get_template("order.html").render(**words(name)) for name in ("order-returning", "order-withdrawn")
    )

    assert re.findall(r'name="keep" value="(\d+)"', returning) == ["2"]
    assert "Keep it after all" not in withdrawn


def test_a_refused_form_is_sent_again_under_its_own_id_unless_that_was_used(templates: Any) -> None:
    kept, used = (
        re.findall(r'name="operation_id" value="([^"]+)"', templates.get_template(PAGES[name][0]).render(**words(name)))
        for name in ("order-cancel-refused", "order-withdraw-refused")
    )

    assert kept == ["op-1"]
    assert used != ["op-1"]
