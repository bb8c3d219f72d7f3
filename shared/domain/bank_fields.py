"""Days, amounts and order numbers as banks and their customers write them: pure."""

import re
from collections.abc import Iterator
from datetime import date

_NUMBER = r"(?P<whole>[0-9]{{1,3}}(?:{0}[0-9]{{3}})+|[0-9]+)(?:{1}(?P<part>[0-9]{{1,2}}))?"
_GERMAN = re.compile(_NUMBER.format(r"[.' ]", ","))
_ENGLISH = re.compile(_NUMBER.format("[,' ]", r"\."))
_MOST_DIGITS = 7  # of whole euros; our columns hold a little more
_PURPOSE_LENGTH = 500  # SEPA allows 140 characters; some banks add their own
_DAYS = (
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"),
    re.compile(r"(?P<day>[0-9]{1,2})[./](?P<month>[0-9]{1,2})[./](?P<year>[0-9]{4}|[0-9]{2})"),
)

# People write the letter O for zero and I or L for one; U is in no number. A bank may break a line anywhere.
_SIGN = "[0-9A-TV-Z]"
_WHOLE = re.compile(rf"(?<![0-9A-Z])(?=({_SIGN}(?:[\s./-]*{_SIGN}){{7}})(?![0-9A-Z]))")
_DASHED = re.compile(rf"(?=({_SIGN}{{4}}-{_SIGN}{{4}}))")
_AS_MEANT = str.maketrans("OIL", "011")


def tidy(text: str) -> str:
    """One blank between words, none around them: how a bank wraps its lines says nothing."""
    return " ".join(text.split())


def read_day(text: str) -> date | None:
    """ "25.11.2026", "25.11.26", "25/11/2026" or "2026-11-25"; None for anything else."""
    match = next((found for form in _DAYS if (found := form.fullmatch(text))), None)
    if match is None:
        return None
    year = int(match["year"])
    try:
        return date(year + 2000 if year < 100 else year, int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def read_amount(text: str) -> int | None:
    """An amount in cents, with either sign for them: "1.234,50", "-1,234.50", "12,50 €", "7"; None for anything else.

    "1.234" could be a thousand times as much, so it is no amount.
    """
    bare = text.replace("EUR", "").replace("€", "").replace("\u2212", "-").strip()
    match = re.fullmatch(r"([+-]?)\s*([0-9][0-9.,' ]*)", bare)
    number = match and (_GERMAN.fullmatch(match[2]) or _ENGLISH.fullmatch(match[2]))
    if not match or not number:
        return None
    whole = re.sub("[^0-9]", "", number["whole"])
    is_doubtful = number["part"] is None and whole != number["whole"]
    if is_doubtful or len(whole) > _MOST_DIGITS:
        return None
    cents = int(whole) * 100 + int((number["part"] or "0").ljust(2, "0"))
    return -cents if match[1] == "-" else cents


def order_numbers_in(purpose: str) -> list[str]:
    """Everything in a purpose that may be an order's number, written as we write it, in its order, each once.

    Most are none: only the database can tell.
    """
    return list(dict.fromkeys(_candidates(purpose[:_PURPOSE_LENGTH].upper())))


def _candidates(text: str) -> Iterator[str]:
    for form in (_DASHED, _WHOLE):
        for match in form.finditer(text):
            signs = re.sub(r"[\s./-]", "", match[1]).translate(_AS_MEANT)
            yield f"{signs[:4]}-{signs[4:]}"
