"""What every mail about an order keeps, whatever its kind."""

import re
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import mail_samples
from tests.invoices import JUMPER, SELLER
from tests.mail_samples import PDF, every_mail
from tests.mails import MESSAGE_ID, delivered, letters, lines_of_text, part, seen

MAILS = every_mail()
RIGHT_TO_LEFT = "\N{RIGHT-TO-LEFT OVERRIDE}"
NAMES = [
    '<b onclick="x()">&amp;\'',
    f"יעל כהן{RIGHT_TO_LEFT}",
    "محمد عبد الله",
    "👩‍👩‍👧 Ada",
    "x" * 100,
    "Ж" * 100,
    "\r\nBcc: evil@example.com\r\n\r\nhello",
]


def with_name(name: str) -> dict[str, EmailMessage]:
    """All mails that print something a person typed."""
    lines = (replace(JUMPER, name=name, colour=name),)
    return {
        "canceled": mail_samples.canceled(lines=lines, by_shop=True, reason=name),
        "shipped": mail_samples.shipped(lines=lines, to_come=lines, carrier=name, tracking=name),
        "return_requested": mail_samples.return_requested(lines=lines, reason=name),
        "withdrawn": mail_samples.withdrawn(lines=lines, canceled=lines, name=name),
        "return_received": mail_samples.return_received(lines=lines, missing=lines),
        "refunded": mail_samples.refunded(reason=name),
        "paid_back": mail_samples.paid_back(reason=name),
        "reminder": mail_samples.reminder(seller=replace(SELLER, name=name)),
    }


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_says_the_same_in_text_and_html(name: str) -> None:
    message = delivered(MAILS[name])
    text, html = seen(message, "plain"), seen(message, "html")

    said = [line for line in lines_of_text(message) if not line.startswith("http")]
    assert [line for line in said if letters(line) not in letters(html)] == []
    assert set(re.findall(r"\w+", html)) - set(re.findall(r"\w+", text)) <= {"How", "many"}


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_names_order_amount_and_day_in_its_first_sentence(name: str) -> None:
    first = list(lines_of_text(delivered(MAILS[name])))[1]

    assert "order K7QM-4X2D of 24 November 2026 for €93.90" in first


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_has_one_button_that_leads_to_our_own_page(name: str) -> None:
    message = delivered(MAILS[name])

    html = part(message, "html")

    (url,) = re.findall(r'href="([^"]+)"', html)
    assert html.count('class="go"') == 1
    assert url.startswith("http://localhost:8000/")
    assert url in part(message, "plain")


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_is_the_same_bytes_each_time_and_plain_ascii(name: str) -> None:
    first, again = MAILS[name].as_bytes(), every_mail()[name].as_bytes()

    assert again == first
    assert first.isascii()
    assert re.search(rb"(?<!\r)\n", first) is None
    assert max(map(len, first.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_has_the_headers_that_it_was_given(name: str) -> None:
    message = delivered(MAILS[name])

    assert message["Message-ID"] == MESSAGE_ID
    assert message["Date"] == "Thu, 10 Dec 2026 09:00:00 +0000"
    assert message["To"] == "jana@example.com"
    assert "order K7QM-4X2D" in message["Subject"]


@pytest.mark.parametrize("name", MAILS)
def test_no_mail_shouts_or_shows_a_picture(name: str) -> None:
    message = delivered(MAILS[name])

    assert "!" not in seen(message, "html")
    assert not re.search(r"<(img|link|script)", part(message, "html"))


@pytest.mark.parametrize("name", MAILS)
def test_only_documents_are_attached(name: str) -> None:
    attached = [(file.get_filename(), file.get_content()) for file in delivered(MAILS[name]).iter_attachments()]

    expected = {"refunded": "C000001.pdf"} | dict.fromkeys(("reminder-1", "reminder-2", "reminder-3"), "I000001.pdf")
    assert attached == ([(expected[name], PDF)] if name in expected else [])


@pytest.mark.parametrize("typed", NAMES)
def test_what_people_type_is_text_in_every_mail(typed: str) -> None:
    plain = with_name("plain")
    shown = "".join(typed.replace(RIGHT_TO_LEFT, "").split())

    for name, message in ((name, delivered(message)) for name, message in with_name(typed).items()):
        assert message.items() == delivered(plain[name]).items()
        assert message.defects == []
        for kind in ("plain", "html"):
            assert shown in "".join(seen(message, kind).split())
            assert RIGHT_TO_LEFT not in part(message, kind)
        assert "<b onclick" not in part(message, "html")


@settings(max_examples=20)
@given(st.text(max_size=40))
def test_nothing_that_is_typed_gets_into_the_headers(typed: str) -> None:
    plain = with_name("plain")

    for name, message in with_name(typed).items():
        assert delivered(message).items() == delivered(plain[name]).items()


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient": "a@example.com\r\nBcc: evil@example.com"},
        {"recipient": "no address"},
        {"order_number": "K7QM\r\nBcc: evil@example.com"},
        {"sender": "orders@myclothes.example\r\nBcc: evil@example.com"},
    ],
)
def test_a_line_break_in_a_header_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        every_mail(**changes)


def test_prices_of_pieces_and_addresses_of_the_shopper_stay_out() -> None:
    said = [seen(delivered(message), "plain") for message in MAILS.values()]

    assert [words for words in said if "1 × " in words or "Prinzenstraße" in words] == []
