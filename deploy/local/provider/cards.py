"""The test cards, and what a buyer typed about one. Numbers are looked at and dropped; only four digits are kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from deploy.local.provider.problems import FieldError

EXPIRY = re.compile(r"\s*(0?[1-9]|1[0-2])\s*[/.-]?\s*(?:20)?(\d\d)\s*", re.ASCII)
ONLY_TEST_CARDS = "Only the three test cards listed here work. Never type a real one."


@dataclass(frozen=True)
class TestCard:
    """A number that means something here, and what comes of paying with it."""

    number: str
    outcome: str
    meaning: str


CARDS = (
    TestCard("4242 4242 4242 4242", "authorized", "pays at once"),
    TestCard("4000 0000 0000 0002", "declined", "is declined by its bank"),
    TestCard("4000 0000 0000 3220", "requires_action", "asks you to confirm first (3-D Secure)"),
)
OUTCOMES = {card.number.replace(" ", ""): card.outcome for card in CARDS}


@dataclass(frozen=True)
class TypedCard:
    """The fields of the payment form as they were typed."""

    card_number: str
    expiry: str
    cvc: str

    @property
    def digits(self) -> str:
        """The number without the blanks and dashes that people type."""
        return re.sub(r"[\s-]", "", self.card_number)

    @property
    def result(self) -> tuple[str, str]:
        """What comes of the card, and its last four digits; for a card without errors."""
        return OUTCOMES[self.digits], self.digits[-4:]

    def errors(self, today: date) -> list[FieldError]:
        """What does not fit, in the order of the form."""
        found = {
            "card_number": number_error(self.digits),
            "expiry": expiry_error(self.expiry, today),
            "cvc": cvc_error(self.cvc),
        }
        return [FieldError(field, message) for field, message in found.items() if message]


def read_card(fields: Mapping[str, str]) -> TypedCard:
    """The card from a form's fields; what is missing is empty."""
    return TypedCard(*(fields.get(name, "")[:100] for name in ("card_number", "expiry", "cvc")))


def number_error(digits: str) -> str:
    """What is wrong with a card number, or nothing."""
    if not digits:
        return "Type the card number, as in 4242 4242 4242 4242."
    if not re.fullmatch(r"[0-9]{12,19}", digits):
        return "A card number has 16 digits, as in 4242 4242 4242 4242."
    return "" if digits in OUTCOMES else ONLY_TEST_CARDS


def expiry_error(expiry: str, today: date) -> str:
    """What is wrong with an expiry date, or nothing. A card is good to the end of its month."""
    match = EXPIRY.fullmatch(expiry)
    if not match:
        return f"Type month and year, as in 12/{(today.year + 3) % 100:02}."
    month, year = int(match[1]), 2000 + int(match[2])
    return "This card has expired." if (year, month) < (today.year, today.month) else ""


def cvc_error(cvc: str) -> str:
    """What is wrong with a check code, or nothing."""
    return "" if re.fullmatch(r"[0-9]{3,4}", cvc.strip()) else "Type the three digits on the back, as in 123."
