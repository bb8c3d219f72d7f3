from dataclasses import replace
from datetime import date
from email.message import EmailMessage

import pytest

from tests.invoices import JUMPER
from tests.mail_samples import NOTHING, canceled, expired, shipped
from tests.mails import ORDER, ORDER_URL, SOCKS, delivered, lines_of_text

FOOT = [
    "Just answer this mail if anything is wrong; a person reads it.",
    "MyClothes GmbH (sample), Musterstraße 1, 10969 Berlin, Germany",
]


def text(message: EmailMessage) -> list[str]:
    return list(lines_of_text(delivered(message)))


def test_a_canceled_order_says_who_asked_and_that_the_money_comes_back() -> None:
    message = canceled()

    assert message["Subject"] == "Your order K7QM-4X2D is canceled"
    assert text(message) == [
        "Your order is canceled",
        f"Your {ORDER} is canceled, as you asked.",
        "€93.90 goes back to the card you paid with. Your bank usually shows it within 5 working days.",
        "See the order:",
        ORDER_URL,
        *FOOT,
    ]


def test_a_cancellation_by_the_shop_gives_its_reason_and_names_the_pieces() -> None:
    reason = "The jumper was damaged in our store room."

    message = canceled(lines=(JUMPER, SOCKS), by_shop=True, reason=reason, settlement=NOTHING)

    assert message["Subject"] == "Your order K7QM-4X2D: 3 pieces canceled"
    assert text(message) == [
        "Part of your order is canceled",
        f"We canceled 3 pieces of your {ORDER}.",
        "Nothing is left to pay.",
        "See the order:",
        ORDER_URL,
        "Canceled",
        "- Merino jumper, forest, size M: 1 piece",
        "- Walking socks, ochre, size 39-41: 2 pieces",
        "Our reason",
        reason,
        *FOOT,
    ]


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"lines": (JUMPER,)}, f"1 piece of your {ORDER} is canceled, as you asked."),
        ({"lines": (SOCKS,)}, f"2 pieces of your {ORDER} are canceled, as you asked."),
        ({"by_shop": True}, f"We canceled your {ORDER}."),
    ],
)
def test_a_cancellation_counts_its_pieces(changes: dict[str, object], first: str) -> None:
    assert text(canceled(**changes))[1] == first


@pytest.mark.parametrize("reason", ["", " \u202e"])
def test_no_reason_is_no_heading(reason: str) -> None:
    assert "Our reason" not in text(canceled(by_shop=True, reason=reason))


def test_the_shoppers_own_reason_is_not_told_back() -> None:
    assert "Our reason" not in text(canceled(reason="changed my mind"))


def test_an_expired_order_cost_nothing_and_leads_to_the_shop() -> None:
    message = expired()

    assert message["Subject"] == "Your order K7QM-4X2D has expired"
    assert text(message) == [
        "Your order has expired",
        f"Your {ORDER} has expired: it was not paid by card in time.",
        "Nothing was charged, and the pieces are free again. If you still want them, please order once more.",
        "Go to the shop:",
        "http://localhost:8000/shop",
        *FOOT,
    ]


def test_a_parcel_says_what_is_in_it_how_it_travels_and_what_follows() -> None:
    rest = "The rest follows; we write again when it leaves."

    message = shipped(to_come=(SOCKS,), arrives_from=date(2026, 11, 30), arrives_by=date(2026, 12, 2))

    assert message["Subject"] == "Your order K7QM-4X2D: a parcel is on its way"
    assert text(message) == [
        "Your parcel is on its way",
        f"A parcel with 1 piece of your {ORDER} left on 26 November 2026.",
        f"It should arrive between 30 November 2026 and 2 December 2026. {rest}",
        "See where it is:",
        ORDER_URL,
        "In this parcel",
        "- Merino jumper, forest, size M: 1 piece",
        "Still to come",
        "- Walking socks, ochre, size 39-41: 2 pieces",
        "Carrier",
        "DHL",
        "Tracking number",
        "00340434161094015902",
        *FOOT,
    ]


def test_a_parcel_that_ends_the_order_promises_no_more() -> None:
    said = text(shipped(arrives_from=date(2026, 11, 27), arrives_by=date(2026, 11, 27)))

    assert said[2] == "It should arrive on 27 November 2026. Nothing else is to come."
    assert "Still to come" not in said


def test_a_parcel_without_days_carrier_and_tracking_says_so() -> None:
    said = text(shipped(carrier="", tracking=" "))

    assert said[2] == "Nothing else is to come."
    assert "Carrier" not in said
    assert said[-4:-2] == ["Tracking number", "None, this parcel cannot be followed"]


def test_every_line_of_a_large_parcel_is_listed() -> None:
    lines = tuple(replace(JUMPER, name=f"Jumper {number}") for number in range(100))

    said = text(shipped(lines=lines))

    assert said[1] == f"A parcel with 100 pieces of your {ORDER} left on 26 November 2026."
    assert [line for line in said if line.startswith("- ")] == [
        f"- Jumper {number}, forest, size M: 1 piece" for number in range(100)
    ]
