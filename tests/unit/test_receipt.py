import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.countries import Address
from tests.invoices import BERLIN, COPENHAGEN, JUMPER, an_invoice
from tests.mail_samples import PDF
from tests.mails import ORDER_URL, delivered, part, seen
from workers.documents.receipt import ReceiptData, compose_receipt

NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
MESSAGE_ID = "<receipt.K7QM-4X2D.1@myclothes.example>"


def a_receipt(**changes: Any) -> ReceiptData:
    invoice = an_invoice()
    shared = {field.name for field in fields(ReceiptData)} & {field.name for field in fields(invoice)}
    known: dict[str, Any] = {name: getattr(invoice, name) for name in shared}
    own = {"order_url": ORDER_URL, "sender": "MyClothes <orders@myclothes.example>", "recipient": "jana@example.com"}
    return ReceiptData(**known | own | changes)


def composed(**changes: Any) -> EmailMessage:
    return compose_receipt(a_receipt(**changes), MESSAGE_ID, NOON, PDF, "I000001")


def test_a_receipt_has_the_headers_of_a_machine_written_mail() -> None:
    message = delivered(composed())

    assert dict(message.items()) | {"Content-Type": ""} == {
        "From": "MyClothes <orders@myclothes.example>",
        "To": "jana@example.com",
        "Reply-To": "orders@myclothes.example",
        "Subject": "Your order K7QM-4X2D",
        "Date": "Wed, 25 Nov 2026 11:00:00 +0000",
        "Message-ID": MESSAGE_ID,
        "Auto-Submitted": "auto-generated",
        "X-Entity-Ref-ID": "receipt.K7QM-4X2D.1@myclothes.example",
        "MIME-Version": "1.0",
        "Content-Type": "",
    }


def test_a_receipt_has_the_same_bytes_every_time_and_is_plain_ascii() -> None:
    first = composed(billing=COPENHAGEN).as_bytes()

    assert composed(billing=COPENHAGEN).as_bytes() == first
    assert first.isascii()
    assert re.search(rb"(?<!\r)\n", first) is None
    assert max(map(len, first.split(b"\r\n"))) <= 998


def test_a_receipt_has_the_bytes_that_the_email_package_writes() -> None:
    message = compose_receipt(a_receipt(), MESSAGE_ID, NOON, 100 * PDF, "I000001")

    assert bytes(message) == EmailMessage.as_bytes(message)


def test_the_invoice_is_attached_as_it_is() -> None:
    (attachment,) = delivered(composed()).iter_attachments()

    assert attachment.get_filename() == "I000001.pdf"
    assert attachment.get_content_type() == "application/pdf"
    assert attachment.get_content() == PDF


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_both_parts_of_a_receipt_say_the_same(kind: str) -> None:
    message = delivered(composed(shipping=COPENHAGEN, vat=an_invoice().vat))

    words = seen(message, kind)
    for said in (
        "Thank you, Jana Łukaszewicz",
        "K7QM-4X2D of 24 November 2026 and are preparing it.",
        "Please transfer €93.90 by 9 December 2026. The invoice is attached.",
        "Merino jumper",
        "forest, size M, 1 × €89.00",
        "Standard delivery",
        "€4.90",
        "To pay",
        "VAT contained, 19 %",
        "€14.99",
        "Goes to Søren Ægidius Nørrebrogade 5 3. tv 2200 København Denmark",
        "Invoice to Jana Łukaszewicz Prinzenstraße 84 10969 Berlin Germany",
        "Bank transfer to MyClothes GmbH (sample) IBAN DE02 1203 0000 0000 2020 51 BIC BYLADEM1001 Reference K7QM-4X2D",
        "You may withdraw until 14 days after the parcel arrives",
        "MyClothes GmbH (sample), Musterstraße 1, 10969 Berlin, Germany",
    ):
        # In HTML bold words and bdi elements stand apart.
        assert re.sub(r"\s", "", said) in re.sub(r"\s", "", words)
    assert ORDER_URL in part(message, kind)


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_receipt_for_a_card_asks_for_nothing(kind: str) -> None:
    words = seen(delivered(composed(paid_by_card=True, due_on=None)), kind)

    assert "€93.90 is paid by card." in words
    assert "transfer" not in words
    assert "To pay" not in words


def test_free_delivery_is_called_free_in_a_receipt() -> None:
    assert "Standard delivery: free" in seen(delivered(composed(shipping_cents=0)), "plain")


def test_every_line_and_rate_is_in_a_receipt() -> None:
    invoice = an_invoice((JUMPER, replace(JUMPER, name="Tea towel", vat_bp=700, quantity=2, unit_price_cents=500)))

    words = seen(delivered(composed(lines=invoice.lines, vat=invoice.vat, total_cents=invoice.total_cents)), "plain")

    assert "- Merino jumper, forest, size M, 1 × €89.00: €89.00 - Tea towel, forest, size M, 2 × €5.00: €10.00" in words
    assert "To pay: €103.90" in words
    assert "VAT contained, 19 %: €14.91 VAT contained, 7 %: €0.69" in words.replace("\xa0", " ")


def test_styles_are_written_into_the_elements_and_dark_mode_stays() -> None:
    html = part(delivered(composed()), "html")

    assert html.count("<style") == 1
    assert "@media (prefers-color-scheme:dark){" in html
    assert ".cloth{background:#1a2034!important}" in html
    assert re.search(r'<h1 style="[^"]*font-size: 30px', html)
    assert re.search(r'class="go" style="background: #26357c', html)
    assert not re.search(r"<(img|link|script)", html)


def test_html_in_a_name_is_text() -> None:
    html = part(delivered(composed(billing=replace(BERLIN, name='<b onclick="x()">&amp;\u202e'))), "html")

    assert 'Thank you, <bdi>&lt;b onclick="x()"&gt;&amp;amp;</bdi>' in html


@settings(max_examples=30)
@given(st.text(max_size=40), st.text(max_size=40))
def test_no_name_gets_into_the_headers(name: str, garment: str) -> None:
    plain = delivered(composed())
    address = Address(f"\r\nBcc: evil@example.com\r\n\r\n{name}", name, "", name, "10969", "DE")

    message = delivered(composed(billing=address, shipping=address, lines=(replace(JUMPER, name=garment),)))

    assert message.items() == plain.items()
    assert message.defects == []
    assert [part.get_filename() for part in message.iter_attachments()] == ["I000001.pdf"]


@pytest.mark.parametrize("recipient", ["a@example.com\r\nBcc: evil@example.com", "no address", "a@b, c@d"])
def test_a_recipient_that_is_no_address_is_refused(recipient: str) -> None:
    with pytest.raises(ValueError):
        composed(recipient=recipient)
