from datetime import UTC, datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest

from tests.mail_samples import return_received, return_requested, withdrawn
from tests.mails import ORDER, ORDER_URL, SOCKS, delivered, lines_of_text
from workers.documents.settlement import Settlement

SELLER_LINES = ["MyClothes GmbH (sample)", "Musterstraße 1", "10969 Berlin", "Germany"]
PIECES = ["- Merino jumper, forest, size M: 1 piece", "- Walking socks, ochre, size 39-41: 2 pieces"]
SENDING = (
    "Pack the pieces well, put a note with the number K7QM-4X2D inside, and send them by 23 December 2026 to the "
    "address below."
)
REFUND = "By 23 December 2026 we refund what you paid for the pieces and for standard delivery, the way you paid"
NOTHING_MORE = "Nothing more is to be paid for them."
POSTAGE = "Sending back is free within Germany; from other countries you pay the postage."


def text(message: EmailMessage) -> list[str]:
    """What the mail says, without its last two lines, which are the same in all."""
    return list(lines_of_text(delivered(message)))[:-2]


def test_a_return_says_which_pieces_go_where_how_and_by_when() -> None:
    message = return_requested()

    assert message["Subject"] == "Your order K7QM-4X2D: how to send it back"
    assert text(message) == [
        "How to send it back",
        f"On 9 December 2026 you asked to return 3 pieces of your {ORDER}.",
        f"{SENDING} {POSTAGE}",
        "When the pieces are here, we look at them, write to you and refund them the way you paid.",
        "See the order:",
        ORDER_URL,
        "To send back",
        *PIECES,
        "Send it to",
        *SELLER_LINES,
        "Your reason",
        "Too small",
    ]


@pytest.mark.parametrize(
    ("reason", "words", "postage"),
    [
        ("too_large", "Too large", POSTAGE),
        ("changed_mind", "Changed my mind", POSTAGE),
        ("not_as_shown", "Not as shown", "We pay the postage."),
        ("damaged", "Damaged", "We pay the postage."),
        ("It itches", "It itches", POSTAGE),
    ],
)
def test_the_postage_depends_on_whose_fault_it_is(reason: str, words: str, postage: str) -> None:
    said = text(return_requested(reason=reason))

    assert said[2] == f"{SENDING} {postage}"
    assert said[-2:] == ["Your reason", words]


def test_a_return_without_a_reason_asks_for_none() -> None:
    assert "Your reason" not in text(return_requested(reason=""))


def test_a_withdrawal_is_acknowledged_with_its_words_and_the_second() -> None:
    message = withdrawn()

    at = "9 December 2026 at 14:05:33 (Europe/Berlin time, UTC+01:00)"
    assert message["Subject"] == "Your order K7QM-4X2D: your withdrawal from the contract"
    assert text(message) == [
        "We have your withdrawal",
        f"You withdrew from the contract for your {ORDER}. We received this on {at}.",
        f"{SENDING} {POSTAGE}",
        f"{REFUND}; we may wait until the pieces are here, or you show us that they are sent. {NOTHING_MORE}",
        "See the order:",
        ORDER_URL,
        "To send back",
        *PIECES,
        "Send it to",
        *SELLER_LINES,
        "What you told us",
        "I withdraw from the contract for these pieces.",
        "Jana Łukaszewicz",
        "jana@example.com",
        "Order K7QM-4X2D of 24 November 2026",
        f"Sent on {at}",
    ]


def test_a_withdrawal_before_anything_left_sends_nothing_back() -> None:
    said = text(withdrawn(lines=(), canceled=(SOCKS,)))

    assert said[2:4] == [
        "What had not left is canceled.",
        f"{REFUND}. {NOTHING_MORE}",
    ]
    assert said[6:8] == ["Canceled", "- Walking socks, ochre, size 39-41: 2 pieces"]
    assert "Send it to" not in said


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (
            datetime(2026, 7, 1, 0, 0, 0, tzinfo=ZoneInfo("Europe/Berlin")),
            "1 July 2026 at 00:00:00 (Europe/Berlin time, UTC+02:00)",
        ),
        (
            datetime(2026, 10, 25, 2, 30, 0, 999999, tzinfo=ZoneInfo("Europe/Berlin"), fold=1),
            "25 October 2026 at 02:30:00 (Europe/Berlin time, UTC+01:00)",
        ),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), "31 December 2026 at 23:59:59 (UTC time, UTC+00:00)"),
    ],
)
def test_the_moment_of_a_withdrawal_is_clear_in_any_season_and_zone(moment: datetime, words: str) -> None:
    assert text(withdrawn(withdrawn_at=moment))[-1] == f"Sent on {words}"


def test_a_return_that_arrived_says_what_is_refunded_and_what_is_missing() -> None:
    message = return_received(missing=(SOCKS,), settlement=Settlement(by_card=True, payout_cents=8900))

    assert message["Subject"] == "Your order K7QM-4X2D: your return has arrived"
    assert text(message) == [
        "Your return has arrived",
        f"1 piece of your {ORDER} came back to us on 14 December 2026.",
        "€89.00 goes back to the card you paid with. Your bank usually shows it within 5 working days.",
        "2 pieces that you announced are not here yet.",
        "See the order:",
        ORDER_URL,
        "Received",
        PIECES[0],
        "Not here yet",
        PIECES[1],
    ]


def test_a_return_that_arrived_whole_misses_nothing() -> None:
    said = text(return_received())

    assert said[3] == "See the order:"
    assert "Not here yet" not in said
