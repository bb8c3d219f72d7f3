from dataclasses import replace
from datetime import date

from tests.facturx_rules import Read
from tests.invoices import JUMPER, a_credit_note, an_invoice
from workers.documents.facturx import credit_note_xml, invoice_xml

SUMMATION = "SpecifiedTradeSettlementHeaderMonetarySummation"
PRODUCT = "SpecifiedTradeProduct"


def test_an_invoice_shows_net_lines_and_delivery_as_a_charge() -> None:
    read = Read(invoice_xml(an_invoice((replace(JUMPER, quantity=3),))))

    assert read.texts(PRODUCT, "Name") == ["Merino jumper"]
    assert read.texts(PRODUCT, "ApplicableProductCharacteristic", "Value") == ["forest", "M"]
    assert read.texts("NetPriceProductTradePrice", "ChargeAmount") == ["74.7900"]
    assert read.cents("SpecifiedTradeSettlementLineMonetarySummation", "LineTotalAmount") == [22437]
    assert read.cents("SpecifiedTradeAllowanceCharge", "ActualAmount") == [412]
    assert read.texts("SpecifiedTradeAllowanceCharge", "Reason") == ["Standard delivery"]
    assert read.cents(SUMMATION, "GrandTotalAmount") == [27190]


def test_what_a_buyer_types_is_text_and_never_an_element() -> None:
    name = '</ram:Name><ram:Name>"O\'Brien" & ]]> <!-- {{ 7 * 7 }}'

    read = Read(invoice_xml(an_invoice((replace(JUMPER, name=name),))))

    assert read.texts(PRODUCT, "Name") == [name]


def test_the_supply_is_a_day_when_known_and_a_period_before() -> None:
    known = invoice_xml(an_invoice(supplied_on=date(2026, 11, 27)))
    expected = invoice_xml(an_invoice())

    assert b"<ram:OccurrenceDateTime>" in known
    assert b"20261127" in known
    assert b"BillingSpecifiedPeriod" not in known
    assert b"<ram:OccurrenceDateTime>" not in expected
    assert b"BillingSpecifiedPeriod" in expected
    assert b"Expected delivery: Nov or Dec 2026" in expected


def test_a_credit_note_names_its_invoice_and_its_reason() -> None:
    xml = credit_note_xml(a_credit_note())

    assert b"<ram:TypeCode>381</ram:TypeCode>" in xml
    assert Read(xml).texts("InvoiceReferencedDocument", "IssuerAssignedID") == ["I000001"]
    assert Read(xml).texts("IncludedNote", "Content") == ["You sent it back: too small"]
    assert b'<qdt:DateTimeString format="102">20261125</qdt:DateTimeString>' in xml
