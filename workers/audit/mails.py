"""Each mail of the ledger lies in the mailbox exactly once, and no mail of ours lies there that the ledger lacks.

Only where the mail server's side can be asked (MAIL_URL's ?mailbox=). Mails that were seeded never were sent.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from shared.audit.gaps import Gap, Report
from shared.domain.numbers import is_of_a_run
from shared.queries.audit.mail_rows import mail_rows, sent_mails_after
from shared.queries.audit.packed import moment
from workers.audit.desk import PAGE, Desk, Marks, fetch_json, page

KINDS = frozenset({"mail_lost", "mail_twice", "mail_unknown"})
WHOSE = "the mailbox"
MAILS = 100  # mails at once, as each comes with its whole text
OURS = re.compile(r"<[a-z_]+\.([0-9A-Z]{4}-[0-9A-Z]{4})\.\d+@[^<>@]+>")


async def check(desk: Desk, report: Report) -> None:
    mailbox = parse_qs(urlsplit(desk.settings.mail_url).query).get("mailbox", [""])[0].rstrip("/")
    if not mailbox:
        return
    marks, suspects, before = Marks(), dict[str, None](), ""
    while True:
        async with page():
            query = urlencode({"limit": MAILS} | ({"before": before} if before else {}))
            mails = await fetch_json(WHOSE, f"{mailbox}/api/messages?{query}")
            if not mails:
                break
            suspects |= dict.fromkeys(await _compare(desk, mails, marks))
        report.checked["mails"] += len(mails)
        before = mails[-1]["id"]
    suspects |= dict.fromkeys(await _not_seen(desk, marks))
    for message_id in suspects:
        report.gaps += await _look_closely(desk, mailbox, message_id)


async def _compare(desk: Desk, mails: Sequence[Mapping[str, Any]], marks: Marks) -> list[str]:
    """The Message-IDs of ours that came twice, or that the ledger lacks."""
    found = [message_id for mail in mails if OURS.fullmatch(message_id := _message_id(mail))]
    async with moment(desk.database) as connection:
        ours = await mail_rows(connection, found) if found else {}
    return [message_id for message_id in found if message_id not in ours or not marks.add(ours[message_id])]


async def _not_seen(desk: Desk, marks: Marks) -> list[str]:
    suspects, after = list[str](), 0
    while True:
        async with page(), moment(desk.database) as connection:
            sent = await sent_mails_after(connection, after, PAGE, desk.settled_s)
        if not sent:
            return suspects
        suspects += [message_id for document_id, message_id in sent if document_id not in marks]
        after = sent[-1][0]


async def _look_closely(desk: Desk, mailbox: str, message_id: str) -> list[Gap]:
    """One Message-ID on both sides, fresh."""
    mails = await fetch_json(WHOSE, f"{mailbox}/api/messages?{urlencode({'message_id': message_id})}") or []
    async with moment(desk.database, fresh=True) as connection:
        is_ours = bool(await mail_rows(connection, [message_id]))
    old = [mail for mail in mails if _age_s(mail) >= desk.settled_s]
    kind, number = "", OURS.fullmatch(message_id)
    if not mails:
        kind, told = "mail_lost", "the ledger says it was sent, the mailbox does not have it"
    elif len(old) > 1:
        kind, told = "mail_twice", f"it came {len(old)} times"
    elif old and not is_ours and not (number and is_of_a_run(number[1])):  # a purged run's lie there for ever
        kind, told = "mail_unknown", "the ledger of documents does not know it"
    return [Gap(kind, message_id[:80], f"{message_id}: {told}", number and number[1])] if kind else []


def _message_id(mail: Mapping[str, Any]) -> str:
    return next((str(value) for name, value in mail["headers"].items() if name.lower() == "message-id"), "")


def _age_s(mail: Mapping[str, Any]) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(mail["date"])).total_seconds()
