"""Which passwords are taken, and which fit."""

import os
import sys
import threading

import pytest

from shared.common_passwords import is_common
from shared.errors import Invalid
from shared.passwords import COMMON, LONGEST, NICER, Passwords, check_password

LONG = "ш" * LONGEST


@pytest.mark.parametrize("password", ["password1", "PASSWORD1", "1q2w3e4r5t", "qwertyuiop", " iloveyou "])
def test_a_password_that_many_people_use_is_refused_however_it_is_capitalised(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(password)

    assert [(fault.field, fault.message) for fault in refused.value.errors] == [("password", COMMON)]


@pytest.mark.parametrize("password", ["correct horse", "пароль и пароль", "🧵🧶🧵🧶🧵🧶🧵🧶", "x" * 8 + "-", LONG])
def test_every_other_one_of_8_to_256_characters_is_taken(password: str) -> None:
    check_password(password)


@pytest.mark.parametrize("password", ["", "a", "1234567", LONG + "ш", "x" * 1000])
def test_a_password_that_is_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(password)

    assert [fault.message for fault in refused.value.errors] == ["A password has 8 to 256 characters."]


def test_the_list_holds_the_10_000_most_used_and_more() -> None:
    assert all(is_common(password) for password in ("123456", "password", "dragon", "00000000"))
    assert not is_common("")


@pytest.mark.parametrize("password", ["пароль и пароль", LONG, "a"])
async def test_a_password_fits_as_it_was_set_and_no_longer(password: str) -> None:
    passwords = Passwords()
    known = await passwords.hash(password)

    assert await passwords.fits(known, password)
    for other in (password + "x", password[:-1], password.upper() + " ", ""):
        assert not await passwords.fits(known, other)
    assert not await passwords.fits(None, password)
    passwords.close()


@pytest.mark.skipif(sys.platform != "linux", reason="niceness is of threads on Linux only")
def test_the_event_loop_goes_before_threads_that_hash() -> None:
    passwords = Passwords()

    hashing = passwords._threads.submit(_niceness).result()

    assert hashing == _niceness() + NICER
    passwords.close()


def _niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
