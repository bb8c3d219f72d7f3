import pytest

from workers.documents.settlement import Settlement, money_words


@pytest.mark.parametrize(
    ("settlement", "sentence"),
    [
        (
            Settlement(by_card=True, payout_cents=9390),
            "€93.90 goes back to the card you paid with. Your bank usually shows it within 5 working days.",
        ),
        (
            Settlement(by_card=False, payout_cents=8900),
            "€89.00 goes back by bank transfer to the account you paid from. It is there within 14 days at the latest.",
        ),
        (Settlement(by_card=False, open_cents=490), "€4.90 is left to pay for the order."),
        (
            Settlement(by_card=True, open_cents=490),
            "The rest of the order costs €4.90; your card is charged no more than that.",
        ),
        (
            Settlement(by_card=True, released=True),
            "Nothing was charged. Your bank no longer holds the amount on your card.",
        ),
        (Settlement(by_card=True), "Nothing is left to pay, and nothing will be charged to your card."),
        (Settlement(by_card=False), "Nothing is left to pay."),
    ],
)
def test_a_change_says_what_happens_with_the_money(settlement: Settlement, sentence: str) -> None:
    assert money_words(settlement) == sentence
