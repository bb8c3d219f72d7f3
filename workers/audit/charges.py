"""The card provider's ledger and ours hold the same charges, in both directions.

The provider's is read page by page; each charge that is not as ours, and each of ours that did not turn up, is then
looked at closely (`charge_look`).
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from shared.audit.gaps import Report
from shared.queries.audit.charge_rows import charge_rows, charged_payments_after
from shared.queries.audit.packed import moment
from workers.audit.charge_look import look_closely
from workers.audit.desk import PAGE, Desk, Marks, fetch_json, page

KINDS = frozenset({"charge_missing", "charge_differs", "charged_twice", "charge_unknown", "charge_without_order"})
WHOSE = "the card provider"
MONEYLESS = {"declined", "requires_action", "voided"}  # one we never noted moves no money


async def check(desk: Desk, report: Report) -> None:
    marks, suspects = Marks(), dict[str, None]()
    after = ""
    while True:
        async with page():
            query = urlencode({"limit": PAGE} | ({"after": after} if after else {}))
            charges = await fetch_json(WHOSE, f"{desk.settings.payment_gateway}/charges?{query}")
            if not charges:
                break
            suspects |= dict.fromkeys(await _compare(desk, charges, marks))
        report.checked["charges"] += len(charges)
        after = charges[-1]["id"]
    suspects |= dict.fromkeys(await _not_seen(desk, marks))
    for number in suspects:
        report.gaps += await look_closely(desk, number)


async def _compare(desk: Desk, charges: Sequence[Mapping[str, Any]], marks: Marks) -> list[str]:
    """The orders of the charges that are not exactly as ours."""
    async with moment(desk.database) as connection:
        ours = {row[1]: row for row in await charge_rows(connection, [charge["id"] for charge in charges])}
    suspects = []
    for charge in charges:
        row = ours.get(charge["id"])
        if row is not None:
            marks.add(int(row[0]))
        if not _is_alike(charge, row):
            suspects.append(str(charge["order_number"]))
    return suspects


def _is_alike(charge: Mapping[str, Any], row: Sequence[str] | None) -> bool:
    if row is None:
        return charge["status"] in MONEYLESS
    theirs = [charge["order_number"], charge["currency"]]
    theirs += [str(charge[f"{name}_cents"]) for name in ("amount", "captured", "refunded")]
    return [*theirs, "1" if charge["status"] == "voided" else "0"] == list(row[2:])


async def _not_seen(desk: Desk, marks: Marks) -> list[str]:
    """The orders of our payments that did not turn up in the provider's ledger."""
    suspects, after = list[str](), 0
    while True:
        async with page(), moment(desk.database) as connection:
            payments = await charged_payments_after(connection, after, PAGE, desk.settled_s)
        if not payments:
            return suspects
        suspects += [number for payment_id, number in payments if payment_id not in marks]
        after = payments[-1][0]
