"""Documents' files that are gone or altered."""

from collections.abc import Callable
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices
from shared.db import Database
from shared.settings import Settings
from tests.damaged_books import Books, seeded_books
from tests.ledgers import change, rows
from workers.audit.books import audit
from workers.audit.desk import Desk


@pytest_asyncio.fixture
async def books(settings: Settings, database: Database, backing: BackingServices) -> Books:
    return await seeded_books(settings, database, backing)


async def own_file(books: Books, number: str) -> Path:
    """Give an order's invoice a file of its own, which is right."""
    (row,) = await rows(
        books.database,
        "SELECT d.id, d.path FROM documents d JOIN orders o ON d.subject = CONCAT('order:', o.id) "
        "WHERE o.number = %s AND d.kind = 'invoice'",
        (number,),
    )
    path = books.settings.media_root / f"documents/{number}.pdf"
    path.write_bytes((books.settings.media_root / row["path"]).read_bytes())
    await change(books.database, "UPDATE documents SET path = %s WHERE id = %s", (f"documents/{number}.pdf", row["id"]))
    return path


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def overwrite(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"x")


@pytest.mark.parametrize(
    ("damage", "kind"), [(Path.unlink, "file_missing"), (cut, "file_altered"), (overwrite, "file_altered")]
)
async def test_a_file_that_is_gone_or_altered_is_named(books: Books, damage: Callable[[Path], None], kind: str) -> None:
    path = await own_file(books, books.orders[0])
    assert await books.told(deep=False) == set()

    damage(path)

    assert await books.told(deep=False) == {(kind, books.orders[0])}
    assert await books.told(deep=False) == {(kind, books.orders[0])}  # and told again, until it is mended


async def test_only_a_deep_audit_reads_old_files_again(books: Books) -> None:
    await books.told(deep=False)
    await books.change("UPDATE documents SET done_at = done_at - INTERVAL 1 DAY WHERE number IS NOT NULL")
    await books.change("UPDATE jobs SET done_at = UTC_TIMESTAMP(6) + INTERVAL 1 DAY WHERE name = 'audit-files'")

    shallow = (await audit(Desk(books.settings, books.database))).report.checked
    deep = (await audit(Desk(books.settings, books.database, deep=True))).report.checked

    assert (shallow["hashes"], deep["hashes"]) == (0, deep["files"])
    assert shallow["files"] == deep["files"] > 100
