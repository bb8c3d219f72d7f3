from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.domain.countries import Address
from tests.invoices import JUMPER, an_invoice
from workers.documents.coverage import FONTS, code_points, font_coverages
from workers.documents.invoice import render, to_snapshot
from workers.documents.printable import one_line, printable

ANY_TEXT = st.text(max_size=60)
COVERED = st.sampled_from(sorted(set().union(*font_coverages()))).map(chr)
WESTERN = st.text(st.characters(max_codepoint=0xFF), max_size=60)
MARKED = st.text(st.one_of(COVERED, st.characters(categories=("Mn", "Mc", "Me", "Cf", "Lm"))), max_size=40)


@pytest.mark.parametrize(
    "name",
    [
        "Łukasz Źdźbło",
        "Nguyễn Thị Ánh",
        "Ελευθερία Παπαδοπούλου",
        "Йосип Ґалаґан",
        "محمد الأنصاري",
        "דוד בן־גוריון",
        "สมชาย ใจดี",
        "नई दिल्ली क्षेत्र",
        "陈小明",
        "田中さくら",
        "김민준",
        "ქეთევან",
        "Հայկ",
        "தமிழ்",
        "አማርኛ",
    ],
)
def test_names_of_many_scripts_are_printed_as_they_are(name: str) -> None:
    assert printable(name) == name


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Jana 😀", "Jana □"),
        ("👨‍👩‍👧‍👦 family", "□ family"),
        ("👍🏽", "□"),
        ("a\x00b\x07c", "abc"),
        ("two\r\nlines\tand  tabs", "two lines and tabs"),
        ("\u202eevil\u2066", "evil"),
        ("e\u0301", "é"),
        ("क\u0348", "क□"),
        ("\ue000", "□"),
        ("\ud800", ""),
    ],
)
def test_what_cannot_be_printed_is_dropped_or_becomes_a_box(typed: str, printed: str) -> None:
    assert printable(typed) == printed


def test_a_word_that_is_longer_than_the_line_may_be_broken() -> None:
    assert printable("W" * 60) == "\u200b".join(("W" * 24, "W" * 24, "W" * 12))
    assert printable("Donaudampfschifffahrt ".strip()) == "Donaudampfschifffahrt"


@given(text=WESTERN)
@example(text="W" * 24 + " " + "W" * 25)
@example(text=" ".join(map(chr, range(0x100))))
def test_western_words_are_printed_as_if_each_letter_had_been_looked_at(text: str) -> None:
    looked_at = f"{text}\N{ZERO WIDTH SPACE}"  # is dropped, but no western letter

    assert printable(text) == printable(looked_at)


def test_a_mail_keeps_what_a_font_cannot_draw() -> None:
    assert one_line("Jana\r\nBcc: x@example.com 😀\u202e") == "Jana Bcc: x@example.com 😀"


def test_both_weights_cover_the_same_characters() -> None:
    assert code_points(FONTS / "InstrumentSans-400.ttf") == code_points(FONTS / "InstrumentSans-600.ttf")


def test_the_fonts_cover_what_the_read_me_says() -> None:
    sizes = [len(coverage) for coverage in font_coverages()]

    assert sizes[:3] == [321, 2840, 1161]
    assert {ord("€"), ord("−"), ord("×")} <= font_coverages()[0]
    assert ord("□") in font_coverages()[-1]


@settings(max_examples=40)
@given(st.lists(st.one_of(ANY_TEXT, MARKED), min_size=6, max_size=6))
def test_no_name_ever_stops_an_invoice(names: list[str]) -> None:
    address = Address(names[0], names[1], names[2], names[3], "10969", "DE")
    line = replace(JUMPER, name=names[4], colour=names[5])

    pdf = render(to_snapshot(an_invoice((line,), billing=address)))

    assert pdf.startswith(b"%PDF-")
