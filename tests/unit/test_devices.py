"""The device cookie, which gives a browser that signed in before a count of its own, and nothing else."""

import pytest

from shared.domain.emails import STAFF, account_name
from storefront.devices import MOST, known_device, new_device

NEW, OLD, DROPPED = "n" * 32, "o" * 32, "d" * 32
JANA, EVE = account_name("jana@example.com"), account_name("eve@example.com")
COOKIE = new_device(JANA, [NEW])


def test_a_browser_is_known_to_the_account_that_it_signed_in_to() -> None:
    name = known_device(COOKIE, JANA, [NEW])

    assert name == f"device:{COOKIE.split('.')[2]}"
    assert known_device(COOKIE, EVE, [NEW]) is None


def test_a_browser_that_several_people_use_is_known_to_each_of_them() -> None:
    both = new_device(EVE, [NEW], COOKIE)

    assert known_device(both, JANA, [NEW]) == known_device(COOKIE, JANA, [NEW])
    assert known_device(both, EVE, [NEW]) not in (None, known_device(both, JANA, [NEW]))


def test_signing_in_again_gives_the_browser_a_new_name() -> None:
    again = new_device(JANA, [NEW], COOKIE)

    assert known_device(again, JANA, [NEW]) not in (None, known_device(COOKIE, JANA, [NEW]))
    assert len(again) == len(COOKIE)


def test_the_account_that_signed_in_longest_ago_is_forgotten() -> None:
    cookie = COOKIE
    others = [account_name(f"user-{n}@example.com") for n in range(MOST)]
    for other in others:
        cookie = new_device(other, [NEW], cookie)

    assert known_device(cookie, JANA, [NEW]) is None
    assert all(known_device(cookie, other, [NEW]) for other in others)
    assert len(cookie) < 600


def test_staff_and_shoppers_with_one_address_are_counted_apart() -> None:
    assert account_name("jana@example.com", STAFF) != JANA
    assert account_name(" JANA@example.com") == JANA


def test_a_cookie_of_an_older_secret_still_counts_and_of_a_dropped_one_does_not() -> None:
    assert known_device(new_device(JANA, [OLD]), JANA, [NEW, OLD])
    assert known_device(new_device(JANA, [DROPPED]), JANA, [NEW, OLD]) is None
    assert "~" not in new_device(EVE, [NEW], new_device(JANA, [DROPPED]))


@pytest.mark.parametrize(
    "junk",
    [None, "", "x", COOKIE[:-1], COOKIE + "x", COOKIE.replace("v1", "v2"), "~" * 8000, COOKIE + "A" * 8000,
     COOKIE.replace(JANA, EVE), f"v1.{JANA}.{'0' * 32}.{COOKIE.rpartition('.')[2]}", "ä" * 40],
)  # fmt: skip
def test_whatever_we_did_not_sign_is_nothing(junk: str | None) -> None:
    assert known_device(junk, JANA, [NEW]) is None
    assert known_device(junk, EVE, [NEW]) is None
