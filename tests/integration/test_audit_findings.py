"""The nightly audit's worklist, and the command `./shop audit`."""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices
from shared.db import Database, Row
from shared.settings import Settings
from tests.damaged_books import Books, seeded_books
from tests.ledgers import rows
from tests.orders_at_work import open_bench
from workers.audit import nightly
from workers.tools import Tools

DAMAGE = "UPDATE orders SET payment_status = 'voided' WHERE number = %s"
REPAIR = "UPDATE orders SET payment_status = 'paid' WHERE number = %s"


@pytest_asyncio.fixture
async def books(settings: Settings, database: Database, backing: BackingServices) -> Books:
    return await seeded_books(settings, database, backing)


@pytest.fixture
def tools(books: Books, tmp_path: Path) -> Tools:
    return open_bench(books.settings, books.database, tmp_path).tools


async def worklist(books: Books) -> list[Row]:
    return await rows(
        books.database, "SELECT kind, subject, first_seen, last_seen, gone_at FROM audit_findings ORDER BY id"
    )


async def run_audit(backing: BackingServices, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """The program's exit code, standard output and standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workers.operators.audit", *arguments),
        env={**backing.environment, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_a_finding_is_kept_while_it_is_seen_and_gone_when_it_is_not(books: Books, tools: Tools) -> None:
    await books.change(DAMAGE, books.orders[0])

    assert await nightly(tools) == 1
    assert await nightly(tools) == 1
    (seen,) = await worklist(books)
    await books.change(REPAIR, books.orders[0])
    assert await nightly(tools) == 0
    (gone,) = await worklist(books)

    assert (seen["kind"], seen["subject"]) == ("status_not_derived", f"{books.orders[0]}/payment_status")
    assert seen["first_seen"] < seen["last_seen"]
    assert seen["gone_at"] is None
    assert gone["gone_at"] > gone["last_seen"] == seen["last_seen"]


async def test_a_finding_that_comes_back_begins_anew(books: Books, tools: Tools) -> None:
    for sql in (DAMAGE, REPAIR, DAMAGE):
        await books.change(sql, books.orders[0])
        await nightly(tools)

    (back,) = await worklist(books)
    assert back["gone_at"] is None
    assert back["first_seen"] == back["last_seen"]


async def test_what_could_not_be_looked_at_is_not_called_gone(books: Books, tools: Tools) -> None:
    books.change_ledger("DELETE FROM authorizations WHERE id = ?", await books.charge_of(books.orders[0]))
    await books.change("UPDATE payments SET created_at = created_at - INTERVAL 1 DAY")
    assert await nightly(tools) == 1

    silent = replace(tools, settings=replace(tools.settings, payment_gateway="http://127.0.0.1:9"))
    assert await nightly(silent) == 0

    (kept,) = await worklist(books)
    assert (kept["kind"], kept["gone_at"]) == ("charge_missing", None)


async def test_the_command_says_0_and_what_it_compared(books: Books, backing: BackingServices) -> None:
    code, out, err = await run_audit(backing, "--json")

    told = json.loads(out)
    assert (code, told["gaps"], err) == (0, [], "")
    assert told["checked"]["orders"] == len(await rows(books.database, "SELECT id FROM orders"))


async def test_the_command_says_1_and_lists_the_gaps(books: Books, backing: BackingServices) -> None:
    number = books.orders[0]
    await books.change(DAMAGE, number)

    code, out, _ = await run_audit(backing, "--json")
    assert (code, json.loads(out)["gaps"]) == (
        1,
        [{"kind": "status_not_derived", "order": number, "detail": "payment_status is voided, not paid"}],
    )
    code, out, _ = await run_audit(backing, "--deep")
    assert code == 1
    assert f"status_not_derived      {number}   payment_status is voided, not paid" in out
    assert out.endswith("1 gap\n")


@pytest.mark.usefixtures("books")
async def test_the_command_says_2_when_it_cannot_look(backing: BackingServices) -> None:
    code, out, err = await run_audit(backing, DATABASE_WRITER_URL="mysql://shop:shop@127.0.0.1:9/shop")
    assert (code, out) == (2, "")
    assert err == "shop: The database does not answer.\n"

    code, _, err = await run_audit(backing, PAYMENT_GATEWAY="http://127.0.0.1:9")
    assert code == 2
    assert "not audited: charges: the card provider does not answer" in err
