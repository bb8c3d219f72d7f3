"""Documents that the ledger lacks come back into it from their files."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.errors import Unavailable
from tests.invoices import a_credit_note, an_invoice
from tests.ledgers import change, rows
from tests.orders_at_work import Bench
from workers.documents import credit_note, invoice
from workers.documents.invoice import InvoiceData
from workers.found_papers import Fate, take_up_papers
from workers.operators.found_papers import main

INVOICE = invoice.render(invoice.to_snapshot(an_invoice(number="I000007", order_number="ZZZZ-ZZZ1")))
NUMBERS = "SELECT number, subject, revision FROM documents WHERE number IS NOT NULL ORDER BY number"


async def keep(bench: Bench, data: InvoiceData, hours: float) -> None:
    """An invoice's file as it was written so many hours ago."""
    stored = await bench.tools.media.store("documents", ".pdf", invoice.render(invoice.to_snapshot(data)))
    written_s = (datetime.now(UTC) - timedelta(hours=hours)).timestamp()
    os.utime(bench.tools.settings.media_root / stored.path, (written_s, written_s))


async def taken_up(bench: Bench, since: datetime | None = None) -> list[tuple[str, Fate]]:
    found = take_up_papers(bench.tools.settings, bench.database, since)
    return [(each.paper.number, fate) async for each, fate in found]


@pytest.fixture
def shop(bench: Bench, tmp_path: Path) -> Bench:
    """Whose settings name the folder that its files are in."""
    bench.tools = replace(bench.tools, settings=replace(bench.tools.settings, media_root=tmp_path))
    return bench


async def test_a_number_that_was_given_is_not_given_again(shop: Bench) -> None:
    await shop.tools.media.store("documents", ".pdf", INVOICE)

    assert await taken_up(shop) == [("I000007", Fate.ENTERED)]
    assert await taken_up(shop) == []

    order = await shop.look(await shop.placed())
    assert await rows(shop.database, NUMBERS) == [
        {"number": "I000007", "subject": "lost:ZZZZ-ZZZ1", "revision": 1},
        {"number": "I000008", "subject": f"order:{order.id}", "revision": 1},
    ]


async def test_both_credit_notes_of_a_lost_order_are_kept(shop: Bench) -> None:
    for number in ("C000001", "C000002"):
        note = a_credit_note(number=number, order_number="ZZZZ-ZZZ1")
        await shop.tools.media.store("documents", ".pdf", credit_note.render(credit_note.to_snapshot(note)))

    assert sorted(await taken_up(shop)) == [("C000001", Fate.ENTERED), ("C000002", Fate.ENTERED)]
    assert {row["revision"] for row in await rows(shop.database, NUMBERS)} == {1, 2}
    assert await rows(shop.database, "SELECT last FROM number_ranges WHERE kind = 'credit_note'") == [{"last": 2}]


async def test_whoever_is_interrupted_begins_again_where_it_was(shop: Bench) -> None:
    await shop.placed()
    await change(shop.database, "UPDATE documents SET done_at = UTC_TIMESTAMP(6) - INTERVAL 10 HOUR")
    for hours, number in ((8, "I000008"), (4, "I000007")):
        await keep(shop, an_invoice(number=number, order_number="ZZZZ-ZZZ1"), hours)

    async for found, _ in take_up_papers(shop.tools.settings, shop.database):
        assert found.paper.number == "I000008"
        break

    assert await taken_up(shop) == [("I000007", Fate.ENTERED)]


async def test_what_came_after_a_backup_is_found_though_the_shop_went_on(shop: Bench) -> None:
    await shop.placed()
    await keep(shop, an_invoice(number="I000007", order_number="ZZZZ-ZZZ1"), hours=8)

    assert await taken_up(shop) == []
    assert await taken_up(shop, datetime.now(UTC) - timedelta(hours=9)) == [("I000007", Fate.ENTERED)]


async def test_a_number_that_two_orders_bear_is_told(shop: Bench) -> None:
    await shop.placed()
    again = an_invoice(number="I000001", order_number="ZZZZ-ZZZ1")
    await shop.tools.media.store("documents", ".pdf", invoice.render(invoice.to_snapshot(again)))

    assert await taken_up(shop) == [("I000001", Fate.TWICE)]


async def test_a_damaged_file_and_one_from_long_before_are_left_alone(shop: Bench) -> None:
    await shop.placed()
    stored = await shop.tools.media.store("documents", ".pdf", INVOICE)
    os.utime(shop.tools.settings.media_root / stored.path, (0, 0))
    damaged = shop.tools.settings.media_root / "documents/00" / f"{'0' * 64}.pdf"
    damaged.parent.mkdir(exist_ok=True)
    damaged.write_bytes(INVOICE)

    assert await taken_up(shop) == []


async def test_a_media_folder_that_is_not_there_is_told(shop: Bench) -> None:
    settings = replace(shop.tools.settings, media_root=Path("/nowhere"))

    with pytest.raises(Unavailable, match="media folder"):
        [found async for found in take_up_papers(settings, shop.database)]


def test_what_is_no_time_is_a_wrong_use(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["found-papers", "--since", "yesterday"])

    with pytest.raises(SystemExit) as refused:
        main()

    assert refused.value.code == 2
    assert "'yesterday' is no time, as in 2026-11-30T03:00+01:00" in capsys.readouterr().err
