"""What other companies hold, whatever the shop's own ledgers say: the mailbox and the card provider of this machine."""

import json
import re
import urllib.request
from collections import Counter, defaultdict
from http.client import HTTPException
from typing import Any

ANSWER_S = 10
PAGE = 1000
RECEIPT = re.compile(r"<receipt\.([^.]+)\.")


def read_receipts(port: int) -> dict[str, list[str]]:
    """To whom each receipt in the mailbox went, by its order's number.

    Raises:
        OSError: the mailbox does not answer.
    """
    found, before = defaultdict[str, list[str]](list), ""
    while True:
        mails = _fetch(f"http://127.0.0.1:{port}/api/messages?limit={PAGE}{before}")
        for mail in mails:
            if receipt := RECEIPT.match(mail["headers"]["Message-ID"]):
                found[receipt[1]].append(", ".join(mail["to"]))
        if len(mails) < PAGE:
            return dict(found)
        before = f"&before={mails[-1]['id']}"


def count_charges(port: int) -> Counter[str]:
    """How many cards are charged, or held for a charge, by the order's number.

    Raises:
        OSError: the provider does not answer.
    """
    charges = _fetch(f"http://127.0.0.1:{port}/charges")
    return Counter(row["order_number"] for row in charges if row["captured_cents"] or row["status"] == "authorized")


def _fetch(url: str) -> Any:
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_S) as answer:  # noqa: S310 (of this machine)
            return json.load(answer)
    except HTTPException as error:  # it died while it answered
        raise ConnectionError(f"{url} broke off: {error!r}") from None
