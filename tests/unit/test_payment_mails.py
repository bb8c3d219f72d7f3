from email.message import EmailMessage

import pytest

from tests.mail_samples import NOTHING, late_payment, paid_back, payment_failed, refunded, reminder
from tests.mails import ORDER, ORDER_URL, delivered, lines_of_text
from workers.documents.settlement import Settlement

CROSSED = "If it is on its way already, you need not do anything."
PLEASE = "Please transfer €50.00 by 17 December 2026; the invoice is attached once more."


def text(message: EmailMessage) -> list[str]:
    """What the mail says, without its last two lines, which are the same in all."""
    return list(lines_of_text(delivered(message)))[:-2]


def test_a_refund_says_how_much_why_and_where_it_goes() -> None:
    message = refunded()

    assert message["Subject"] == "Your order K7QM-4X2D: €89.00 goes back to you"
    assert text(message) == [
        "Your refund",
        f"Your {ORDER} now costs €89.00 less. Credit note C000001 is attached.",
        "€89.00 goes back to the card you paid with. Your bank usually shows it within 5 working days.",
        "See the order:",
        ORDER_URL,
        "Reason",
        "Too small",
    ]


def test_a_credit_before_anything_was_paid_says_what_is_left() -> None:
    message = refunded(credit_cents=8900, settlement=Settlement(by_card=False, open_cents=490), reason="")

    assert message["Subject"] == "Your order K7QM-4X2D: credit note"
    assert text(message)[:3] == [
        "Your credit note",
        f"Your {ORDER} now costs €89.00 less. Credit note C000001 is attached.",
        "€4.90 is left to pay for the order.",
    ]
    assert "Reason" not in text(message)


@pytest.mark.parametrize(
    ("settlement", "word"),
    [(Settlement(by_card=True, payout_cents=9390), "refunded"), (NOTHING, "credited")],
)
def test_a_credit_of_all_of_it_says_so(settlement: Settlement, word: str) -> None:
    said = text(refunded(credit_cents=9390, settlement=settlement))

    assert said[1] == f"Your {ORDER} is {word} in full. Credit note C000001 is attached."


def test_what_was_paid_too_much_goes_back_without_a_credit_note() -> None:
    message = paid_back()

    assert message["Subject"] == "Your order K7QM-4X2D: €40.00 goes back to you"
    assert text(message) == [
        "You paid too much",
        f"For your {ORDER}, more was paid than it costs.",
        "€40.00 goes back by bank transfer to the account you paid from. It is there within 14 days at the latest.",
        "You need not do anything; what the order costs stays the same.",
        "See the order:",
        ORDER_URL,
        "Reason",
        "Paid twice",
    ]


def test_the_first_reminder_is_friendly_and_says_how_to_pay() -> None:
    message = reminder()

    assert message["Subject"] == "Your order K7QM-4X2D: reminder of invoice I000001"
    assert text(message) == [
        "A friendly reminder",
        f"For your {ORDER}, €50.00 of invoice I000001 is still open; it was due on 8 December 2026.",
        f"{PLEASE} {CROSSED}",
        "See the order:",
        ORDER_URL,
        "How to pay",
        "Bank transfer to MyClothes GmbH (sample)",
        "IBAN DE02 1203 0000 0000 2020 51",
        "BIC BYLADEM1001",
        "Reference K7QM-4X2D",
    ]


def test_the_second_reminder_offers_to_talk() -> None:
    message = reminder(level=2)

    assert message["Subject"] == "Your order K7QM-4X2D: second reminder of invoice I000001"
    assert text(message)[0] == "Second reminder"
    assert text(message)[2:4] == [
        f"This is our second reminder. {PLEASE} {CROSSED}",
        "If something is wrong with the order or the invoice, tell us, and we look for a way.",
    ]


def test_the_last_reminder_says_soberly_what_follows() -> None:
    steps = "After that day we may hand the claim to a collection agency or apply to a court for an order to pay."
    costs = "That adds costs, and interest as the law sets it, to what you owe."

    message = reminder(level=3)

    assert message["Subject"] == "Your order K7QM-4X2D: last reminder of invoice I000001"
    assert text(message)[0] == "Last reminder"
    assert text(message)[2:4] == [
        f"This is our last reminder. {PLEASE} {CROSSED}",
        f"{steps} {costs} If you cannot pay at once, write to us before then.",
    ]


@pytest.mark.parametrize(("ended", "words"), [("expired", "expired"), ("canceled", "been canceled")])
def test_a_payment_that_came_too_late_goes_back_in_full(ended: str, words: str) -> None:
    message = late_payment(ended=ended)

    assert message["Subject"] == "Your order K7QM-4X2D: your payment goes back to you"
    assert text(message) == [
        "Your payment goes back to you",
        f"A card payment of €93.90 came in after your {ORDER} had {words}.",
        "All of it goes back to the card you paid with. Your bank usually shows it within 5 working days.",
        "You need not do anything. If you still want the pieces, please order once more.",
        "See the order:",
        ORDER_URL,
    ]


def test_a_declined_card_is_told_until_when_the_order_is_kept() -> None:
    message = payment_failed()

    assert message["Subject"] == "Your order K7QM-4X2D: the card was declined"
    assert text(message) == [
        "Your bank declined the card",
        f"Your {ORDER} is kept until 14:05 on 9 December 2026 (Europe/Berlin time).",
        "Nothing was charged. Choose another way to pay; we prepare the parcel as soon as that is done.",
        "Pay now:",
        ORDER_URL,
    ]


def test_a_declined_card_names_no_time_when_nothing_ends_the_order() -> None:
    assert text(payment_failed(kept_until=None))[1] == f"Your {ORDER} is kept."
