import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.numbers import ALPHABET, ORDER_NUMBER, document_number, new_order_number, order_key, order_key_fits

NEW, OLD = "newest-secret", "older-secret"


def test_an_order_number_is_short_has_no_doubtful_letter_and_is_never_drawn_twice() -> None:
    numbers = {new_order_number() for _ in range(2000)}

    assert len(numbers) == 2000
    assert all(ORDER_NUMBER.fullmatch(number) for number in numbers)
    assert {character for number in numbers for character in number} == {*ALPHABET, "-"}


@pytest.mark.parametrize(
    "typed",
    ["", "K7QM4X2D", "k7qm-4x2d", "K7QM-4X2", "K7QM-4X2DD", "K7QI-4X2D", "K7QU-4X2D", "K7QM-4X2D\n", "٣7QM-4X2D"],
)
def test_what_only_looks_like_an_order_number_is_none(typed: str) -> None:
    assert not ORDER_NUMBER.fullmatch(typed)


def test_invoices_and_credit_notes_are_counted_apart() -> None:
    assert document_number("invoice", 1) == "I000001"
    assert document_number("credit_note", 1) == "C000001"
    assert document_number("invoice", 1_000_000) == "I1000000"


def test_no_document_has_the_number_zero() -> None:
    with pytest.raises(ValueError):
        document_number("invoice", 0)


def test_a_link_opens_its_own_order_only() -> None:
    key = order_key(NEW, "K7QM-4X2D")

    assert order_key_fits([NEW], "K7QM-4X2D", key)
    assert not order_key_fits([NEW], "K7QM-4X2E", key)
    assert not order_key_fits([OLD], "K7QM-4X2D", key)


def test_a_link_made_before_the_secret_was_changed_still_opens_the_order() -> None:
    key = order_key(OLD, "K7QM-4X2D")

    assert order_key_fits([NEW, OLD], "K7QM-4X2D", key)


def test_a_key_has_26_lower_case_characters() -> None:
    key = order_key(NEW, "K7QM-4X2D")

    assert len(key) == 26
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz234567")


@given(st.text())
def test_junk_opens_nothing_and_breaks_nothing(junk: str) -> None:
    assert not order_key_fits([NEW, OLD], "K7QM-4X2D", junk)


def test_a_broken_surrogate_opens_nothing() -> None:
    assert not order_key_fits([NEW], "K7QM-4X2D", "\udc80")
