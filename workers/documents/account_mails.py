"""The mails about an account: its address, its password, and what others tried with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from workers.documents.letter import AnyMail
from workers.documents.notice import Notice, write


@dataclass(frozen=True, kw_only=True)
class AccountMail(AnyMail):
    """A mail about an account; url is where its button leads, absolute."""

    url: str


def compose_account_mail(kind: str, data: AccountMail, message_id: str, date: datetime) -> EmailMessage:
    """Arguments as for `compose_canceled`; kind is one of KINDS."""
    return write(KINDS[kind](data.url), data, message_id, date, {})


def _verify(url: str) -> Notice:
    return Notice(
        subject="Confirm your e-mail address",
        heading="Confirm your e-mail address",
        sentences=(
            "Somebody, we hope you, has made an account at MyClothes with this address.",
            "Open the page and enter the password that you chose. The link works once, for 24 hours.",
            "If it was not you, do nothing: without this link nobody gets into the account.",
        ),
        button="Confirm the address",
        url=url,
        pieces={},
        facts={},
    )


def _reset(url: str) -> Notice:
    return Notice(
        subject="Set a new password",
        heading="Set a new password",
        sentences=(
            "A new password was asked for, for the account with this address.",
            "The link works once, for an hour. Afterwards you are signed out everywhere else.",
            "If it was not you, do nothing: your password stays as it is.",
        ),
        button="Set a new password",
        url=url,
        pieces={},
        facts={},
    )


def _known(url: str) -> Notice:
    return Notice(
        subject="You have an account already",
        heading="You have an account already",
        sentences=(
            "Somebody, we hope you, wanted to make an account at MyClothes with this address, which has one.",
            "Nothing was changed. Sign in as usual, or set a new password if you forgot yours.",
        ),
        button="Sign in",
        url=url,
        pieces={},
        facts={},
    )


def _change(url: str) -> Notice:
    return Notice(
        subject="Confirm your new e-mail address",
        heading="Confirm your new e-mail address",
        sentences=(
            "An account at MyClothes is to have this e-mail address from now on.",
            "Open the page and enter the password of the account. The link works once, for 24 hours.",
            "If it was not you, do nothing: without the password nothing changes.",
        ),
        button="Confirm the new address",
        url=url,
        pieces={},
        facts={},
    )


def _taken(url: str) -> Notice:
    return Notice(
        subject="You have an account already",
        heading="You have an account already",
        sentences=(
            "Somebody, we hope you, wanted to use this address for another account at MyClothes. It has one.",
            "Nothing was changed. To use it for the other account, sign in here and delete this one first.",
        ),
        button="Sign in",
        url=url,
        pieces={},
        facts={},
    )


def _asked(url: str) -> Notice:
    return Notice(
        subject="Your account is to have another e-mail address",
        heading="Another e-mail address",
        sentences=(
            "Somebody who knows your password asked for another e-mail address for your account at MyClothes.",
            "It changes when the link that we sent to the new address is used.",
            "If it was not you, set another password: then that link is of no use any more.",
        ),
        button="Change the password",
        url=url,
        pieces={},
        facts={},
    )


def _moved(url: str) -> Notice:
    return Notice(
        subject="Your account has another e-mail address now",
        heading="Your e-mail address was changed",
        sentences=(
            "Your account at MyClothes has another e-mail address from now on. This one is no longer part of it.",
            "All other browsers were signed out. If it was not you, write to us at once.",
        ),
        button="Write to us",
        url=url,
        pieces={},
        facts={},
    )


KINDS: Mapping[str, Callable[[str], Notice]] = {
    "verify": _verify,
    "reset": _reset,
    "known": _known,
    "change": _change,
    "taken": _taken,
    "asked": _asked,
    "moved": _moved,
}
