"""The mails about an account: prove the address, set a new password, you have an account already."""

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


KINDS: Mapping[str, Callable[[str], Notice]] = {"verify": _verify, "reset": _reset, "known": _known}
