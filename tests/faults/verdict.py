"""What became of the orders: nothing lost, nothing doubled, everything done, and the auditor agrees."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tests.faults.books import Books, read_books
from tests.faults.buyers import Buyers
from tests.faults.shelf import PIECES
from tests.faults.stand import Stand
from tests.ledgers import rows
from workers.audit.books import audit
from workers.audit.desk import Desk

DRAIN_S = 60  # within this after the last fault everything is done
LOOK_S = 0.2
ENDED = ("done", "dead")
STILL = (*ENDED, "waiting")  # for a buyer, perhaps for ever


@dataclass
class Verdict:
    """faults: sentences, none of them if all is well. drained_s: from the call until the last step was done."""

    orders: int = 0
    charges: int = 0
    invoices: int = 0
    mails: int = 0
    drained_s: float = 0.0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counted = f"{self.orders} orders, {self.charges} charges, {self.invoices} invoices, {self.mails} mails"
        return f"{counted}, drained after {self.drained_s:.1f} s, {len(self.faults)} faults"


async def judge(stand: Stand, buyers: Buyers, within_s: float = DRAIN_S) -> Verdict:
    """Wait until everything is done, and compare every ledger with what the buyers were told."""
    verdict = Verdict()
    began = time.monotonic()
    left = await drain(stand, within_s)
    verdict.drained_s = time.monotonic() - began
    if left:
        verdict.faults.append(f"not drained after {within_s:.0f} s: {left}")
    books = await read_books(stand)
    verdict.orders, verdict.invoices = len(books.orders), len(books.invoices)
    verdict.charges, verdict.mails = len(books.charges), books.receipts.total()
    verdict.faults += [*_orders(books, buyers), *_money(books, buyers), *_papers(books), *_stock(books)]
    verdict.faults += await _audited(stand)
    return verdict


async def settled(stand: Stand, capture: str = "processing") -> list[str]:
    """Wait until nothing is left to do but what waits for a buyer; what is open after DRAIN_S, and the audit's gaps."""
    return await drain(stand, DRAIN_S, STILL) + await _audited(stand, capture)


async def drain(stand: Stand, within_s: float, ended: Sequence[str] = ENDED) -> list[str]:
    """Wait until every step has ended, in one of these states; some of those that are open after so long."""
    deadline = time.monotonic() + within_s
    while open_steps := await _open_steps(stand, ended):
        if time.monotonic() > deadline:
            break
        await asyncio.sleep(LOOK_S)
    return open_steps


async def _open_steps(stand: Stand, ended: Sequence[str]) -> list[str]:
    found = await rows(
        stand.database,
        "SELECT o.number, s.step, s.state, s.attempt, s.error FROM steps s JOIN orders o ON o.id = s.order_id "
        "WHERE NOT FIND_IN_SET(s.state, %s) LIMIT 5",
        (",".join(ended),),
    )
    return [" ".join(str(value) for value in row.values()) for row in found]


def _orders(books: Books, buyers: Buyers) -> Iterator[str]:
    there = {row["number"] for row in books.orders}
    keys = Counter(row["checkout_key"] for row in books.orders)
    yield from (f"lost: {each.number} was acknowledged" for each in buyers.bought if each.number not in there)
    yield from (f"doubled: {count} orders for one key" for count in keys.values() if count > 1)
    yield from (f"never acknowledged: {key}: {why}" for key, why in buyers.given_up.items())
    told = Counter(each.number for each in buyers.bought)
    yield from (f"told to {count} buyers: {number}" for number, count in told.items() if count > 1)
    yield from (f"an order nobody wanted: {key}" for key in keys if key not in buyers.keys)


def _money(books: Books, buyers: Buyers) -> Iterator[str]:
    charged = Counter(charge["order_number"] for charge in books.charges)
    captured = {charge["order_number"]: charge["captured_cents"] for charge in books.charges}
    for each in buyers.bought:
        if charged[each.number] != each.by_card:
            yield f"{each.number}: {charged[each.number]} charges, {int(each.by_card)} expected"
        elif each.by_card and captured[each.number] != each.total_cents:
            yield f"{each.number}: {captured[each.number]} cents captured of {each.total_cents}"


def _papers(books: Books) -> Iterator[str]:
    wanted = [row["number"] for row in books.orders if row["order_status"] == "processing"]
    yield from (f"{row['number']} is {row['order_status']}" for row in books.orders if row["number"] not in wanted)
    if list(books.invoices) != [f"I{n:06}" for n in range(1, len(wanted) + 1)]:
        yield f"{len(books.invoices)} invoices for {len(wanted)} orders, or a gap: {books.invoices[:3]} …"
    counted = dict.fromkeys(wanted, 0) | {name.split(".")[1]: n for name, n in books.receipts.items()}
    yield from (f"{number}: {count} receipts" for number, count in counted.items() if count != 1)


def _stock(books: Books) -> Iterator[str]:
    for row in books.shelf:
        if row["stock"] + row["sold"] != PIECES:
            yield f"{row['sku']}: {row['stock']} left and {row['sold']} sold of {PIECES}"


async def _audited(stand: Stand, capture: str = "processing") -> list[str]:
    """Nothing happens any more, so that foreign ledgers can be compared up to this moment."""
    settings = replace(stand.settings, payment_capture=capture)
    report = (await audit(Desk(settings, stand.database, deep=True, settled_s=0))).report
    return [f"audit: {gap.kind} {gap.order or gap.subject}: {gap.detail}" for gap in report.gaps] + [
        f"not audited: {sentence}" for sentence in report.unreadable
    ]
