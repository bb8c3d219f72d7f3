"""Tokens of load runs, and the mark in the id of a cart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.cart import Cart
from shared.domain.load_runs import RUN, RunToken, marked_cart_id, read_token, run_of_cart, sign_token
from shared.domain.numbers import ALPHABET, ORDER_NUMBER, document_number, is_of_a_run, new_order_number
from storefront import cart_cookie
from storefront.cart_store import new_cart_id

SECRET, NOW_S = "s" * 32, 1_796_000_000
runs = st.from_regex(RUN, fullmatch=True)


def test_a_token_is_signed_as_every_generator_signs_it() -> None:
    assert sign_token("nightly-42", NOW_S, SECRET) == "v1.nightly-42.1796000000.1c3b55d6166a3123b9085028dd709846"


@given(runs, st.integers(NOW_S + 1, 9_999_999_999))
def test_a_token_says_its_run_and_its_end(run: str, expires_s: int) -> None:
    assert read_token(sign_token(run, expires_s, SECRET), SECRET, NOW_S) == RunToken(run, expires_s)


def test_a_token_ends_with_its_last_second_and_with_the_secret() -> None:
    token = sign_token("nightly-42", NOW_S, SECRET)

    assert read_token(token, SECRET, NOW_S - 0.1) is not None
    assert read_token(token, SECRET, NOW_S) is None
    assert read_token(token, "t" * 32, NOW_S - 1) is None


@pytest.mark.parametrize("run", ["abc", "-abc", "a" * 41, "Nightly", "a_bc", "a.bcd", "äbcd", "abcd\n", ""])
def test_a_run_has_a_plain_name(run: str) -> None:
    assert read_token(sign_token(run, NOW_S + 1, SECRET), SECRET, NOW_S) is None


@given(st.text())
def test_junk_is_no_token(text: str) -> None:
    assert read_token(text, SECRET, NOW_S) is None


@given(runs)
def test_a_cart_knows_its_run_and_a_shoppers_own_has_none(run: str) -> None:
    own = new_cart_id()

    assert run_of_cart(marked_cart_id(run, own)) == run
    assert run_of_cart(own) is None
    assert run_of_cart(None) is None


def test_the_fullest_cart_of_the_longest_run_fits_into_its_cookie() -> None:
    cart = Cart(marked_cart_id("r" * 40, new_cart_id()), 10**15 - 1, {f"{n:0>24}": 99 for n in range(100)})

    text = cart_cookie.encode(cart, [SECRET])

    assert len(text) <= cart_cookie.LONGEST
    found = cart_cookie.decode(text, [SECRET])
    assert found is not None
    assert found.id == cart.id


def test_numbers_of_a_run_are_known_by_their_beginning() -> None:
    of_runs = [new_order_number(of_a_run=True) for _ in range(500)]
    real = [new_order_number() for _ in range(5000)]

    assert all(ORDER_NUMBER.fullmatch(number) and number.startswith("TT") and is_of_a_run(number) for number in of_runs)
    assert not any(map(is_of_a_run, real))
    assert {number[0] for number in real} == set(ALPHABET)
    assert document_number("test_run", 1) == "T000001"
