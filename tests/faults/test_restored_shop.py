"""A backup is taken while people buy; they buy on; the backup is restored, and people buy again."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from deploy.local.place import Place
from deploy.local.restore import restore
from tests.environments import bare_environment
from tests.faults.books import Books, read_books
from tests.faults.buyers import Buyers
from tests.faults.opening import open_stand
from tests.faults.shelf import fill_shelf
from tests.faults.stand import Stand
from tests.faults.telling import tell
from tests.faults.verdict import DRAIN_S, drain
from tests.ledgers import rows
from tests.waiting import until
from workers.audit.books import audit
from workers.audit.desk import Desk
from workers.operators.backup import back_up

BEFORE, SAVED_AT, AFTER, AGAIN = 40, 20, 20, 10  # orders
BOUGHT_S = 120
NUMBERED = (
    "SELECT d.number, COALESCE(o.number, SUBSTRING_INDEX(d.subject, ':', -1)) AS bearer FROM documents d "
    "LEFT JOIN orders o ON d.subject = CONCAT('order:', o.id) WHERE d.number IS NOT NULL ORDER BY d.number"
)


@pytest.mark.long
async def test_what_was_numbered_charged_and_mailed_after_a_backup_is_not_so_again(tmp_path: Path) -> None:
    folder, file = tmp_path / "shop", tmp_path / "shop.tar.gz"
    async with open_stand(folder) as stand:
        skus = await fill_shelf(stand.database)
        await buy_and_save(stand, Buyers(stand.url, skus), file)
        before = await numbered(stand)

    assert await asyncio.to_thread(restore, Place(folder), file, bare_environment(), is_sure=True) == 0

    async with open_stand(folder) as stand:
        there = {row["number"] for row in await rows(stand.database, "SELECT number FROM orders")}
        again = Buyers(stand.url, skus, seed=1)
        await again.buy(AGAIN)
        again.close()
        assert await drain(stand, DRAIN_S) == []
        after, books = await numbered(stand), await read_books(stand)
        lost = {bearer for bearer in before.values() if bearer not in there}
        told = (await audit(Desk(stand.settings, stand.database, deep=True, settled_s=0))).report

    tell(f"{len(there)} of {BEFORE + AFTER} orders were in the backup, {len(lost)} are told by their documents")
    assert len(lost) == BEFORE + AFTER - len(there)
    assert {number: after[number] for number in before} == before
    assert list(after) == [f"I{n:06}" for n in range(1, BEFORE + AFTER + AGAIN + 1)]
    assert twice(books) == []
    assert told.unreadable == []
    assert {gap.kind for gap in told.gaps} == {"charge_without_order", "mail_unknown"}
    assert {gap.order for gap in told.gaps if gap.kind == "mail_unknown"} == lost


async def buy_and_save(stand: Stand, buyers: Buyers, file: Path) -> None:
    async def have_bought() -> bool:
        return len(buyers.bought) >= SAVED_AT

    buying = asyncio.create_task(buyers.buy(BEFORE))
    await until(have_bought, BOUGHT_S)
    await asyncio.to_thread(back_up, stand.settings, file)
    await buying
    await buyers.buy(AFTER)
    buyers.close()
    assert await drain(stand, DRAIN_S) == []


async def numbered(stand: Stand) -> dict[str, str]:
    """Number of each invoice -> number of its order."""
    return {row["number"]: row["bearer"] for row in await rows(stand.database, NUMBERED)}


def twice(books: Books) -> list[str]:
    """Orders that were charged more than once, and receipts that came more than once."""
    charged = Counter(charge["order_number"] for charge in books.charges)
    return [what for what, count in (charged + books.receipts).items() if count > 1]
