import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.domain.cart import EMPTY, Cart
from storefront.cart_cookie import CartCopy, _key_number, _mac, decode, encode
from storefront.cart_store import new_cart_id

NEW, OLD, OLDEST = "newest-secret", "older-secret", "oldest-secret"
ID = "AbCdEfGhIjKlMnOpQrStU-_"
CART = Cart(ID, 7, {"WS31-OCH-42-44": 2, "OCTS00-NAV-XS": 99})
COOKIE = encode(CART, [NEW])

skus = st.from_regex(r"[A-Z0-9-]{1,24}", fullmatch=True)
carts = st.builds(
    Cart,
    st.builds(new_cart_id),
    st.integers(1, 10**15 - 1),
    st.dictionaries(skus, st.integers(1, 99), max_size=100),
)


def signed(body: str, secret: str = NEW) -> str:
    """A cookie as this shop would sign it, whatever it says."""
    text = f"{body}.{_key_number(secret)}"
    return f"{text}.{_mac(secret, text)}"


@given(carts)
def test_every_cart_comes_back_as_it_was_in_the_same_order(cart: Cart) -> None:
    copy = decode(encode(cart, [NEW, OLD]), [NEW, OLD])

    assert copy == CartCopy(cart.id or "", cart.revision, cart.quantities)
    assert list(copy.quantities) == list(cart.quantities)


def test_the_cookie_is_readable_and_says_nothing_but_skus_and_pieces() -> None:
    assert COOKIE.startswith(f"v1.{ID}.7.WS31-OCH-42-44*2~OCTS00-NAV-XS*99.{_key_number(NEW)}.")
    assert COOKIE.count(".") == 5


def test_a_hundred_lines_of_the_longest_skus_fit_into_one_cookie() -> None:
    cart = Cart(new_cart_id(), 10**15 - 1, {f"{n:0>24}": 99 for n in range(100)})

    text = encode(cart, [NEW])

    assert (
        len(f"__Host-cart={text}; expires=Thu, 25 Dec 2025 10:00:00 GMT; HttpOnly; Path=/; SameSite=Lax; Secure") < 4096
    )
    assert decode(text, [NEW]) == CartCopy(cart.id or "", cart.revision, cart.quantities)


def test_an_emptied_cart_keeps_its_id_and_revision() -> None:
    assert decode(encode(Cart(ID, 9, {}), [NEW]), [NEW]) == CartCopy(ID, 9, {})


def test_a_cookie_of_an_older_secret_still_counts_wherever_that_secret_stands() -> None:
    text = encode(CART, [OLD])

    assert decode(text, [NEW, OLD]) == decode(text, [NEW, OLDEST, OLD]) == decode(text, [OLD])
    assert decode(text, [NEW, OLD]) is not None


def test_a_cookie_of_a_dropped_secret_is_no_cookie() -> None:
    assert decode(encode(CART, [OLDEST]), [NEW, OLD]) is None
    assert decode(COOKIE, []) is None


@given(st.integers(0, len(COOKIE) - 1), st.characters())
def test_one_changed_character_makes_it_no_cookie(place: int, character: str) -> None:
    assume(COOKIE[place] != character)

    assert decode(COOKIE[:place] + character + COOKIE[place + 1 :], [NEW, OLD]) is None


@given(st.integers(0, len(COOKIE) - 1), st.integers(0, len(COOKIE) - 1))
def test_two_swapped_characters_make_it_no_cookie(one: int, other: int) -> None:
    assume(COOKIE[one] != COOKIE[other])
    characters = list(COOKIE)
    characters[one], characters[other] = characters[other], characters[one]

    assert decode("".join(characters), [NEW]) is None


@given(st.integers(0, len(COOKIE) - 1))
def test_a_cut_cookie_is_no_cookie(length: int) -> None:
    assert decode(COOKIE[:length], [NEW]) is None
    assert decode(COOKIE[length + 1 :], [NEW]) is None


@given(st.integers(0, len(COOKIE)), st.text(min_size=1, max_size=20))
def test_a_cookie_with_something_put_in_is_no_cookie(place: int, more: str) -> None:
    assert decode(COOKIE[:place] + more + COOKIE[place:], [NEW]) is None


@given(st.text(st.characters(), max_size=200) | st.from_regex(r"v1(\.[A-Za-z0-9*~_-]{0,50}){5}", fullmatch=True))
def test_junk_is_no_cookie(junk: str) -> None:
    assert decode(junk, [NEW, OLD]) is None


@pytest.mark.parametrize(
    "body",
    [
        f"v2.{ID}.7.A*1",
        "v1..7.A*1",
        f"v1.{ID}.0.A*1",
        f"v1.{ID}.-1.A*1",
        f"v1.{ID}.07.A*1",
        f"v1.{ID}.{10**15}.A*1",
        f"v1.{ID}.٧.A*1",
        f"v1.{ID}.7.A*0",
        f"v1.{ID}.7.A*100",
        f"v1.{ID}.7.A*1~",
        f"v1.{ID}.7.~A*1",
        f"v1.{ID}.7.A",
        f"v1.{ID}.7.a*1",
        f"v1.{ID}.7.#rev*1",
        f"v1.{ID}.7.{'A' * 25}*1",
        f"v1.{ID}.7.A*1~A*2",
        f"v1.{ID}.7.{'~'.join(f'S{n}*1' for n in range(101))}",
        f"v1.{ID}\n.7.A*1",
        f"v1.{'x' * 65}.7.A*1",
    ],
)
def test_even_a_signed_cookie_is_checked_field_by_field(body: str) -> None:
    assert decode(signed(body), [NEW]) is None


def test_a_cookie_of_eight_kilobytes_is_no_cookie() -> None:
    assert decode(COOKIE + "A" * 8000, [NEW]) is None
    assert decode("v1." + "A" * 8000, [NEW]) is None


def test_the_signature_of_one_cookie_does_not_fit_another() -> None:
    other = encode(Cart(ID, 8, CART.quantities), [NEW])

    assert decode(other.rpartition(".")[0] + "." + COOKIE.rpartition(".")[2], [NEW]) is None


@pytest.mark.parametrize(
    "cart", [EMPTY, Cart(ID, 0, {}), Cart(None, 1, {}), Cart("a.b", 1, {}), Cart(ID, 1, {"A": 100})]
)
def test_what_could_not_be_read_back_is_not_signed(cart: Cart) -> None:
    with pytest.raises(ValueError):
        encode(cart, [NEW])
