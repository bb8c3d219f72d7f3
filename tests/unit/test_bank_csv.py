"""A bank's file: what is read, what is refused, and how a transfer is known again."""

from datetime import date

import pytest

from shared.domain.bank_csv import BankFile, read_bank_csv
from shared.domain.bank_fields import order_numbers_in, read_amount, read_day
from shared.errors import Invalid

GERMAN = """Kontonummer;DE02 1203 0000 0000 2020 51

Buchungstag;Wertstellung;Name;Verwendungszweck;Betrag (EUR)
25.11.2026;25.11.2026;Jürgen Weiß;Bestellung K7QM-4X2D;1.241,00
25.11.2026;25.11.2026;Stadtwerke;Abschlag;-80,00
26.11.26;26.11.26;"Ada; Söhne";"1RB6
83HT danke";12,50
"""
ENGLISH = 'Date,Amount,Purpose,Name\n2026-11-25,"1,241.00",Order K7QM-4X2D,Ada\n'


def read(text: str) -> BankFile:
    return read_bank_csv(text.encode())


def faults_of(content: bytes) -> list[str]:
    with pytest.raises(Invalid) as refused:
        read_bank_csv(content)
    assert {error.field for error in refused.value.errors} == {"file"}
    return [error.message for error in refused.value.errors]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_a_german_file_is_read_in_whatever_encoding(encoding: str) -> None:
    found = read_bank_csv(GERMAN.encode(encoding))

    first, second = found.lines
    assert (first.row, first.day, first.amount_cents) == (4, date(2026, 11, 25), 124100)
    assert (first.name, first.purpose) == ("Jürgen Weiß", "Bestellung K7QM-4X2D")
    assert (second.row, second.day, second.amount_cents) == (6, date(2026, 11, 26), 1250)
    assert (second.name, second.purpose) == ("Ada; Söhne", "1RB6 83HT danke")
    assert found.outgoing == 1


def test_an_english_file_is_read_too() -> None:
    (line,) = read(ENGLISH).lines

    assert (line.day, line.amount_cents, line.purpose, line.name) == (
        date(2026, 11, 25),
        124100,
        "Order K7QM-4X2D",
        "Ada",
    )


def test_the_same_transfer_is_known_again_in_every_file_that_holds_it() -> None:
    longer = GERMAN.replace("25.11.2026;25.11.2026;Stadt", "24.11.2026;24.11.2026;Eva;Dank;5,00\n25.11.2026;;Stadt")

    keys, others = [[line.key for line in read(text).lines] for text in (GERMAN, longer)]

    assert len(set(others)) == 3
    assert set(keys) < set(others)


def test_equal_transfers_of_one_day_are_told_apart_by_their_number() -> None:
    row = "25.11.2026;5,00;K7QM-4X2D\n"
    twice = [line.key for line in read("Buchungstag;Betrag;Verwendungszweck\n" + row * 2).lines]
    thrice = [line.key for line in read("Buchungstag;Betrag;Verwendungszweck\n" + row * 3).lines]

    assert len(set(thrice)) == 3
    assert thrice[:2] == twice


def test_a_column_of_its_own_may_say_that_money_went_out() -> None:
    found = read("Buchungstag;Betrag;Soll/Haben;Verwendungszweck\n25.11.2026;5,00;S;x\n25.11.2026;7,00;H;y\n")

    assert [line.amount_cents for line in found.lines] == [700]
    assert found.outgoing == 1


def test_what_is_not_booked_yet_is_left_out() -> None:
    rows = "25.11.2026;5,00;x;Umsatz vorgemerkt\n25.11.2026;7,00;y;Umsatz gebucht\n"

    found = read("Buchungstag;Betrag;Verwendungszweck;Info\n" + rows)

    assert [line.amount_cents for line in found.lines] == [700]
    assert found.pending == 1


def test_every_fault_is_told_with_its_line_and_field() -> None:
    rows = ["31.02.2026;5,00;x;EUR", "25.11.2026;five;x;EUR", "25.11.2026;1.234;x;EUR", "25.11.2026;5,00;x;CHF"]
    text = "Buchungstag;Betrag;Verwendungszweck;Währung\n" + "\n".join(rows)

    assert faults_of(text.encode()) == [
        "Line 2, Buchungstag: “31.02.2026” is no day, as in 25.11.2026 or 2026-11-25.",
        "Line 3, Betrag: “five” is no amount, as in 1.234,50 or 1,234.50.",
        "Line 4, Betrag: “1.234” is no amount, as in 1.234,50 or 1,234.50.",
        "Line 5, Währung: only EUR is recorded here, not CHF.",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7\n\0\0", "This is no CSV file: it holds NUL characters."),
        (b"a;b;c\n1;2;3\n", "No heading was found in the first 30 lines"),
        (b"Date;Amount\n2026-11-25;5,00\n", "No heading was found in the first 30 lines"),
        (b'Date;Amount;Purpose\n2026-11-25;5,00;"' + b"x" * 200_000, "Line 2: this is no CSV"),
        (b'Date;Amount;Purpose\n2026-11-25;5,00;"x\n2026-11-26;6,00;y\n', "Line 2: this is no CSV"),
        (b'Date,Amount,Purpose\n2026-11-25,"5,00",x\n2026-11-26,"6"00,y\n', "Line 3: this is no CSV"),
        (b"Date;Amount;Purpose\n" + b"2026-11-25;5,00;x\n" * 2_001, "The file has more than 2,000 lines"),
    ],
)
def test_what_is_no_list_of_transfers_is_refused(content: bytes, words: str) -> None:
    (fault,) = faults_of(content)

    assert fault.startswith(words)


def test_a_row_that_stops_early_is_at_fault() -> None:
    assert faults_of(b"Date;Purpose;Amount\n2026-11-25;K7QM-4X2D\n") == [
        "Line 2, Amount: “” is no amount, as in 1.234,50 or 1,234.50."
    ]


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12,50", 1250),
        ("12.5", 1250),
        ("7", 700),
        ("1.234,50", 123450),
        ("1,234.50", 123450),
        ("1 234 567,89 €", 123456789),
        ("-80,00", -8000),
        ("−80,00 EUR", -8000),
        ("+0,01", 1),
        ("1.234", None),
        ("1,234", None),
        ("1.23,45", None),
        ("12,345", None),
        ("9999999999,00", None),
        ("", None),
        ("5,00-", None),
    ],
)
def test_an_amount_is_read_or_refused_but_never_guessed(text: str, cents: int | None) -> None:
    assert read_amount(text) == cents


def test_a_day_is_read_as_germans_and_machines_write_it() -> None:
    assert [read_day(text) for text in ("25.11.2026", "5.1.26", "25/11/2026", "2026-11-25", "11/25/2026", "x")] == [
        date(2026, 11, 25),
        date(2026, 1, 5),
        date(2026, 11, 25),
        date(2026, 11, 25),
        None,
        None,
    ]


@pytest.mark.parametrize(
    "purpose",
    [
        "K7QM-4X20",
        "k7qm4x20",
        "Order no. K7QM 4X20, thanks",
        "K7 QM-4X 20",
        "EREF+K7QM - 4X20",
        "BestellungK7QM-4X20vielen Dank",
        "K7QM4X2O with the letter O",
    ],
)
def test_an_order_is_found_however_its_number_was_written(purpose: str) -> None:
    assert "K7QM-4X20" in order_numbers_in(purpose)


def test_a_purpose_without_a_number_names_no_order() -> None:
    assert order_numbers_in("Rechnung vom 25.11., danke") == []
    assert order_numbers_in("") == []
