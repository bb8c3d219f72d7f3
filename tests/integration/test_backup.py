"""A backup is taken beside the running shop and restored into an empty place: nothing is missing or changed."""

import asyncio
import gzip
import io
import json
import os
import stat
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.local.backing import BackingServices, backing_services
from deploy.local.faults import StackFault, UsageFault
from deploy.local.lock import take_lock
from deploy.local.place import CHECKOUT, Place
from deploy.local.ports import Ports
from deploy.local.restore import check, restore, take_up_papers
from shared.archive import END, MANIFEST
from shared.db import Database
from shared.media import Media
from shared.migrate import newest_revision
from shared.queries.documents import NewDocument, note_file, reserve
from shared.queries.operating import is_ordered_before_restore
from shared.queries.snapshot import Snapshot
from shared.settings import Settings
from tests.environments import bare_environment
from tests.factories import add_variant, count, place
from tests.waiting import PATIENCE_S
from workers.operators import backup as taking
from workers.operators.backup import back_up

PDF = b"%PDF-1.7 not really"
NASTY = "Zoë \u202e'\"\\ \U0001f9e5\x00\n"


@pytest_asyncio.fixture
async def shop(settings: Settings, database: Database, tmp_path: Path) -> AsyncIterator[Settings]:
    """A shop with an order, its invoice and a picture."""
    own = replace(settings, media_root=tmp_path / "media")
    sku = await add_variant(database, name=NASTY)
    await place(database, {sku: 2})
    media = Media(own.media_root)
    stored = await media.store("documents", ".pdf", PDF)
    (own.media_root / "pictures").mkdir()
    (own.media_root / "pictures" / "coat.svg").write_text("<svg/>", encoding="utf-8")
    async with database.transaction() as connection:
        row = await connection.row("SELECT id FROM orders")
        assert row is not None
        subject = f"order:{row['id']}"
        await reserve(connection, NewDocument(subject=subject, kind="invoice", revision=1, snapshot="{}", number="I1"))
        mail = NewDocument(subject=subject, kind="receipt", revision=1, snapshot="{}", message_id="<receipt.1@x>")
        await reserve(connection, mail)
        found = await connection.row("SELECT id FROM documents WHERE number = 'I1'")
        assert found is not None
        await note_file(connection, found["id"], stored.sha256, stored.path, stored.size)
    yield own


async def taken(settings: Settings, target: Path) -> list[str]:
    return await asyncio.to_thread(back_up, settings, target)


def lines_of(file: Path, table: str) -> int:
    with tarfile.open(file) as archive:
        content = archive.extractfile(f"tables/{table}/000001.jsonl")
        assert content is not None
        return len(content.read().splitlines())


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def all_rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    with Snapshot(url) as snapshot:
        return {
            table: sorted((row for rows in snapshot.rows(table, columns) for row in rows), key=repr)
            for table, columns in snapshot.tables().items()
        }


async def restored(state: Place, file: Path) -> None:
    given = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    assert await asyncio.to_thread(restore, state, file, given, is_sure=True) == 0


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], list[tuple[str, bytes]]]) -> Path:
    """A copy of a backup whose members went through `change`."""
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            for name, text in change(member.name, content.read()):
                made = tarfile.TarInfo(name)
                made.size = len(text)
                new.addfile(made, io.BytesIO(text))
    return target


async def test_what_was_saved_is_there_again_to_the_last_byte(
    shop: Settings, tmp_path: Path, backing: BackingServices
) -> None:
    file, state = tmp_path / "shop.tar.gz", Place(tmp_path / "other")
    before = await asyncio.to_thread(all_rows, shop.database_writer_url)

    assert await taken(shop, file) == []
    await restored(state, file)

    given = bare_environment()
    async with backing_services(state.state, Ports.free(), given, only=("mariadb",), readers=1) as running:
        url = running.environment["DATABASE_WRITER_URL"]
        after = await asyncio.to_thread(all_rows, url)
        assert await asyncio.to_thread(all_rows, running.environment["DATABASE_READER_URL"]) == after
        database = Database(url)
        async with database.writer() as connection:
            order = await connection.row("SELECT id FROM orders")
            assert order is not None
            assert await is_ordered_before_restore(connection, order["id"])
        await database.close()
    (note,) = after.pop("jobs")
    documents = {row[2]: row[5] for row in after.pop("documents")}
    assert note[1] == "restore"
    assert documents == {"invoice": "done", "receipt": "sending"}  # the receipt may have gone out since
    assert after == {table: rows for table, rows in before.items() if table not in ("jobs", "documents")}
    files = sorted(path.relative_to(state.media) for path in state.media.rglob("*") if path.is_file())
    assert [path.parts[0] for path in files] == ["documents", "pictures"]
    assert (state.media / files[0]).read_bytes() == PDF
    assert not (state.state / "restore").exists()


async def test_a_restore_replaces_what_was_there(shop: Settings, tmp_path: Path) -> None:
    file, state = tmp_path / "shop.tar.gz", Place(tmp_path / "other")
    await taken(shop, file)
    state.make()
    (state.media / "newer.svg").write_text("newer", encoding="utf-8")
    (state.readers / "1").mkdir(parents=True)
    (state.mysql).mkdir()
    (state.mysql / "seed.done").write_text("stamp", encoding="utf-8")

    await restored(state, file)

    assert not (state.media / "newer.svg").exists()
    assert (state.mysql / "shop").is_dir()
    assert not state.readers.exists()
    assert (state.mysql / "seed.done").read_text(encoding="utf-8") == "stamp"
    assert not (state.mysql / "migrate.done").exists()


async def test_only_its_owner_may_read_a_backup(shop: Settings, tmp_path: Path) -> None:
    file = tmp_path / "shop.tar.gz"

    await taken(shop, file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert names_in(tmp_path) == ["media", "shop.tar.gz"]


async def test_a_backup_is_of_one_moment(
    shop: Settings, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, loop = tmp_path / "shop.tar.gz", asyncio.get_running_loop()
    before = await count(database, "stock_moves")
    sold = False

    def sell(line: str) -> None:
        nonlocal sold
        if not sold:
            sold = True
            buying = place(database, {"WC14-NAV-M": 1}, "cart-2", "key-2")
            asyncio.run_coroutine_threadsafe(buying, loop).result(10)

    monkeypatch.setattr(taking, "_tell", sell)  # somebody buys after the first table was read
    await taken(shop, file)

    assert sold
    assert await count(database, "orders") == 2
    assert await count(database, "stock_moves") > before
    assert [lines_of(file, table) for table in ("orders", "stock_moves")] == [1, before]


@pytest.mark.parametrize(("damage", "said"), [(Path.unlink, "is missing"), (lambda p: p.write_bytes(b"x"), "damaged")])
async def test_a_missing_or_damaged_document_is_named_and_the_rest_is_saved(
    shop: Settings, tmp_path: Path, damage: Callable[[Path], object], said: str
) -> None:
    damage(next(shop.media_root.glob("documents/*/*.pdf")))

    (gap,) = await taken(shop, tmp_path / "shop.tar.gz")

    assert said in gap
    contents = await asyncio.to_thread(check, tmp_path / "shop.tar.gz")
    assert (contents.files, contents.revision) == (1, newest_revision())


async def test_a_backup_that_fails_leaves_the_older_one(shop: Settings, tmp_path: Path) -> None:
    file = tmp_path / "shop.tar.gz"
    file.write_text("older", encoding="utf-8")
    nowhere = replace(shop, database_writer_url="mysql://shop:shop@127.0.0.1:9/shop")

    with pytest.raises(Exception, match="connect"):
        await taken(nowhere, file)

    assert file.read_text(encoding="utf-8") == "older"
    assert names_in(tmp_path) == ["media", "shop.tar.gz"]


async def test_the_backup_verb_tells_its_progress_on_standard_error(
    backing: BackingServices, shop: Settings, tmp_path: Path
) -> None:
    environ = {**backing.environment, "MEDIA_ROOT": str(shop.media_root), "PATH": os.environ["PATH"]}
    run = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "workers.operators.backup", str(tmp_path / "shop.tar.gz")],
        cwd=CHECKOUT,
        env=bare_environment(**environ),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert (run.returncode, run.stdout) == (0, f"{tmp_path / 'shop.tar.gz'} is written\n")
    assert "orders: " in run.stderr


Break = Callable[[Path, Path], Path]


def _truncated(source: Path, target: Path) -> Path:
    target.write_bytes(source.read_bytes()[:-40])
    return target


def _flipped(source: Path, target: Path) -> Path:
    content = bytearray(source.read_bytes())
    content[len(content) // 2] ^= 0xFF
    target.write_bytes(content)
    return target


def _cut_cleanly(source: Path, target: Path) -> Path:
    return rewritten(source, target, lambda name, text: [] if name == END else [(name, text)])


def _lacking_rows(source: Path, target: Path) -> Path:
    return rewritten(source, target, lambda name, text: [] if "/orders/" in name else [(name, text)])


def _leading_out(source: Path, target: Path) -> Path:
    return rewritten(source, target, lambda name, text: [(name.replace("media/pictures", "media/../.."), text)])


def _absolute(source: Path, target: Path) -> Path:
    return rewritten(source, target, lambda name, text: [(name.replace("media/pictures", "/etc"), text)])


def _of_another_program(source: Path, target: Path) -> Path:
    return rewritten(source, target, lambda name, text: [(name, text.replace(b"shop-backup-1", b"x"))])


def _of_tomorrow(source: Path, target: Path) -> Path:
    newest = newest_revision().encode()
    return rewritten(source, target, lambda name, text: [
        (name, text.replace(newest, b"9999") if name == MANIFEST else text)
    ])  # fmt: skip


def _with_another_document(source: Path, target: Path) -> Path:
    return rewritten(source, target, lambda name, text: [(name, text.replace(PDF, b"%PDF-1.7 forged     "))])


def _foreign_table(source: Path, target: Path) -> Path:
    def change(name: str, text: bytes) -> list[tuple[str, bytes]]:
        if name != MANIFEST:
            return [(name, text)]
        found = json.loads(text)
        found["tables"]["x`; DROP TABLE orders; --"] = []
        return [(name, json.dumps(found).encode())]

    return rewritten(source, target, change)


def _linked(source: Path, target: Path) -> Path:
    with tarfile.open(target, "w:gz") as new:
        link = tarfile.TarInfo(MANIFEST)
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        new.addfile(link)
    return target


def _text(source: Path, target: Path) -> Path:
    target.write_text("no archive", encoding="utf-8")
    return target


def _gzip_of_text(source: Path, target: Path) -> Path:
    target.write_bytes(gzip.compress(b"no archive" * 1000))
    return target


@pytest.mark.parametrize(
    "break_it",
    [_truncated, _flipped, _cut_cleanly, _lacking_rows, _leading_out, _absolute, _of_another_program, _of_tomorrow,
     _with_another_document, _foreign_table, _linked, _text, _gzip_of_text],
)  # fmt: skip
async def test_a_broken_or_foreign_archive_is_refused_before_anything_changes(
    shop: Settings, tmp_path: Path, break_it: Break
) -> None:
    await taken(shop, tmp_path / "shop.tar.gz")
    broken, state = break_it(tmp_path / "shop.tar.gz", tmp_path / "broken.tar.gz"), Place(tmp_path / "other")
    state.make()
    (state.media / "old.svg").write_text("old", encoding="utf-8")

    with pytest.raises(StackFault, match="Nothing was changed"):
        await asyncio.to_thread(restore, state, broken, {}, is_sure=True)

    assert [path.name for path in state.media.iterdir()] == ["old.svg"]
    assert not state.mysql.exists()
    assert not (state.state / "restore").exists()


@pytest.mark.parametrize("end", ["exit 2", "kill -9 $$"])
async def test_newer_documents_that_cannot_be_entered_end_a_restore(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{end}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))

    with pytest.raises(StackFault, match="Nothing was changed"):
        await take_up_papers({})


async def test_a_restore_refuses_while_the_stack_runs(tmp_path: Path) -> None:
    state = Place(tmp_path / "other")
    state.make()
    lock = take_lock(state.lock)

    with pytest.raises(StackFault, match=r"\./shop stop"):
        await asyncio.to_thread(restore, state, tmp_path / "shop.tar.gz", {}, is_sure=True)

    os.close(lock)


async def test_a_restore_asks_nobody_who_is_not_there(
    shop: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await taken(shop, tmp_path / "shop.tar.gz")
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))

    with pytest.raises(UsageFault, match="--yes"):
        await asyncio.to_thread(restore, Place(tmp_path / "other"), tmp_path / "shop.tar.gz", {}, is_sure=False)


async def test_only_the_stacks_own_data_is_restored(tmp_path: Path) -> None:
    given = {"DATABASE_WRITER_URL": "mysql://a:b@elsewhere/shop"}

    with pytest.raises(UsageFault, match="DATABASE_WRITER_URL is set"):
        restore(Place(tmp_path), tmp_path / "shop.tar.gz", given, is_sure=True)
