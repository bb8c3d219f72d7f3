"""One order at the card provider and with us: what exactly is different, if anything still is."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from shared.audit.gaps import Gap
from shared.db import Row
from shared.domain.numbers import is_of_a_run
from shared.queries.audit.charge_rows import ChargedOrder, charged_order
from workers.audit.desk import Desk, fetch_json

WHOSE = "the card provider"
Charge = Mapping[str, Any]


async def look_closely(desk: Desk, number: str) -> list[Gap]:
    """Ask us, the provider, and us again: an order that moves meanwhile has no gap."""
    before = await _ours(desk, number)
    url = f"{desk.settings.payment_gateway}/charges?{urlencode({'order_number': number})}"
    charges: list[Charge] = await fetch_json(WHOSE, url) or []
    if await _ours(desk, number) != before or (before and before.is_moving):
        return []
    gaps = [gap async for gap in _unmatched(desk, number, before, charges)]
    return gaps + (_differing(number, before.payments, charges) if before else [])


async def _ours(desk: Desk, number: str) -> ChargedOrder | None:
    async with desk.database.writer() as connection:
        return await charged_order(connection, number, desk.settled_s)


async def _unmatched(
    desk: Desk, number: str, order: ChargedOrder | None, charges: Sequence[Charge]
) -> AsyncIterator[Gap]:
    """Charges that no payment of ours stands for."""
    known = {payment["provider_ref"] for payment in order.payments} if order else set()
    live = [charge for charge in charges if charge["status"] == "authorized"]
    for charge in live:
        if charge["id"] in known or not await _is_old(desk, charge["id"]):
            continue
        told = f"{charge['id']}: {charge['amount_cents']} cents, {charge['captured_cents']} captured"
        if order is None and is_of_a_run(number):
            continue  # the run was purged; a company's ledger keeps its rows
        if order is None:
            yield Gap("charge_without_order", charge["id"], f"{told}; there is no order {number}")
        elif len(live) > 1:
            yield Gap("charged_twice", charge["id"], f"{told}, beside the one we know of", number)
        else:
            yield Gap("charge_unknown", charge["id"], f"{told}; our ledger does not have it", number)


async def _is_old(desk: Desk, charge_id: str) -> bool:
    found = await fetch_json(WHOSE, f"{desk.settings.payment_gateway}/authorizations/{quote(charge_id, safe='')}")
    made = datetime.fromisoformat(found["created"]) if found else datetime.now(UTC)
    return (datetime.now(UTC) - made).total_seconds() >= desk.settled_s


def _differing(number: str, payments: Sequence[Row], charges: Sequence[Charge]) -> list[Gap]:
    """Payments that the provider does not know, or knows otherwise."""
    theirs = {charge["id"]: charge for charge in charges}
    gaps = []
    for payment in payments:
        ref = payment["provider_ref"]
        if ref is None or not payment["is_old"]:
            continue
        if ref not in theirs:
            gaps.append(Gap("charge_missing", ref, f"{ref}: the provider has no such charge of this order", number))
        elif told := _difference(payment, theirs[ref]):
            gaps.append(Gap("charge_differs", ref, f"{ref}: {told}", number))
    return gaps


def _difference(payment: Row, charge: Charge) -> str:
    names = {"authorized": "amount", "captured": "captured", "refunded": "refunded"}
    found = [
        f"{charge[f'{theirs}_cents']} cents {ours} there, {payment[f'{ours}_cents']} here"
        for ours, theirs in names.items()
        if charge[f"{theirs}_cents"] != payment[f"{ours}_cents"]
    ]
    if (charge["status"] == "voided") != bool(payment["voided"]):
        found.append(f"{charge['status']} there, {'voided' if payment['voided'] else 'not voided'} here")
    return ", ".join(found)
