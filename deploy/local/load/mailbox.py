"""How often each mail lies in the mailbox of this machine: what was really sent, whatever the shop's ledger says."""

import json
import urllib.request
from collections import Counter

ANSWER_S = 10
PAGE = 1000


def count_mails(port: int) -> Counter[str]:
    """By Message-ID.

    Raises:
        OSError: the mailbox does not answer.
    """
    found, before = Counter[str](), ""
    while True:
        url = f"http://127.0.0.1:{port}/api/messages?limit={PAGE}{before}"
        with urllib.request.urlopen(url, timeout=ANSWER_S) as answer:
            mails = json.load(answer)
        found.update(mail["headers"]["Message-ID"] for mail in mails)
        if len(mails) < PAGE:
            return found
        before = f"&before={mails[-1]['id']}"
