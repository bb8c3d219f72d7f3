"""The demo catalogue finds its way into the database and the media folder, once or again."""

import asyncio
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.backing import BackingServices
from shared.db import Database
from shared.seed.pictures import copy_pictures
from shared.seed.planting import plant
from shared.seed.sizes import size_rank
from shared.seed.source import read_catalogue
from shared.settings import Settings
from tests.factories import count, stock_of

SKU = "OCTS00-NAV-S"  # 120 pieces in the catalogue, €24.00


async def price_of(database: Database, sku: str) -> tuple[int, int]:
    """The variant's price, and what its style says it starts from."""
    async with database.writer() as connection:
        row = await connection.row(
            "SELECT v.price_cents, s.price_from_cents FROM variants v JOIN styles s ON s.id = v.style_id "
            "WHERE v.sku = %s",
            (sku,),
        )
    assert row is not None
    return row["price_cents"], row["price_from_cents"]


async def moves_of(database: Database, sku: str) -> list[int]:
    async with database.writer() as connection:
        rows = await connection.rows(
            "SELECT delta FROM stock_moves WHERE sku = %s AND reason = 'seed' ORDER BY id", (sku,)
        )
    return [row["delta"] for row in rows]


async def run_seed(backing: BackingServices, *arguments: str) -> tuple[int, str, str]:
    """The program's exit code, standard output and standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "shared.seed",
        *arguments,
        env=dict(backing.environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_the_seed_has_36_styles_489_variants_and_19_percent_vat(database: Database) -> None:
    planted = await plant(database, read_catalogue())

    assert (planted.styles, planted.variants, planted.new_variants) == (36, 489, 489)
    assert (await count(database, "styles"), await count(database, "variants")) == (36, 489)
    assert (await stock_of(database, SKU), await moves_of(database, SKU)) == (120, [120])
    assert await price_of(database, SKU) == (2400, 2400)
    async with database.writer() as connection:
        assert await connection.rows("SELECT DISTINCT vat_bp FROM styles") == [{"vat_bp": 1900}]


async def test_the_stock_ledger_explains_every_piece(database: Database) -> None:
    await plant(database, read_catalogue())
    await plant(database, read_catalogue(), stock=9)

    async with database.writer() as connection:
        gaps = await connection.rows(
            "SELECT v.sku FROM variants v LEFT JOIN stock_moves m ON m.sku = v.sku "
            "GROUP BY v.sku, v.stock HAVING v.stock <> COALESCE(SUM(m.delta), 0)"
        )
    assert gaps == []


async def test_seeding_again_changes_no_stock_no_price_and_no_words(database: Database) -> None:
    await plant(database, read_catalogue())
    words = await count(database, "search_words")
    async with database.writer() as connection:
        await connection.execute("UPDATE variants SET stock = 3, price_cents = 1999 WHERE sku = %s", (SKU,))

    planted = await plant(database, read_catalogue())

    assert planted.new_variants == 0
    assert await stock_of(database, SKU) == 3
    assert await price_of(database, SKU) == (1999, 1999)
    assert await moves_of(database, SKU) == [120]
    assert await count(database, "search_words") == words


async def test_stock_on_request_is_set_and_written_to_the_ledger(database: Database) -> None:
    await plant(database, read_catalogue())
    async with database.writer() as connection:
        await connection.execute("UPDATE variants SET stock = 118 WHERE sku = %s", (SKU,))

    await plant(database, read_catalogue(), stock=50)
    await plant(database, read_catalogue(), stock=50)

    assert await stock_of(database, SKU) == 50
    assert await moves_of(database, SKU) == [120, -68]


async def test_a_first_run_with_a_stock_writes_one_move(database: Database) -> None:
    await plant(database, read_catalogue(), stock=7)

    assert (await stock_of(database, SKU), await moves_of(database, SKU)) == (7, [7])


async def test_copies_bear_their_number_behind_slug_and_sku(database: Database) -> None:
    planted = await plant(database, read_catalogue(), scale=3)

    assert (planted.styles, planted.variants) == (108, 1467)
    assert await stock_of(database, f"{SKU}-2") == await stock_of(database, f"{SKU}-3") == 120
    async with database.writer() as connection:
        rows = await connection.rows("SELECT slug, name FROM styles WHERE name = 'Wool coat' ORDER BY id")
    assert [row["slug"] for row in rows] == ["wool-coat", "wool-coat-2", "wool-coat-3"]


async def test_two_seeds_at_once_make_one_catalogue(database: Database) -> None:
    planted = await asyncio.gather(*(plant(database, read_catalogue()) for _ in range(3)))

    assert sum(run.new_variants for run in planted) == 489
    assert await count(database, "variants") == 489
    assert await moves_of(database, SKU) == [120]


def test_pictures_are_copied_when_missing_or_different(tmp_path: Path) -> None:
    first = copy_pictures(tmp_path)
    again = copy_pictures(tmp_path)
    (tmp_path / "pictures" / "wool-coat-camel.svg").write_text("half a pic")
    (tmp_path / "pictures" / "wool-coat-charcoal.svg").unlink()
    repaired = copy_pictures(tmp_path)

    assert (first, again, repaired) == (94, 0, 2)
    assert len(list((tmp_path / "pictures").iterdir())) == 94


def test_every_variant_has_its_picture_and_fits_its_columns() -> None:
    styles = read_catalogue()
    variants = [variant for style in styles for variant in style.variants]
    pictures = Path(__file__).parents[2] / "shared/seed/catalogue"

    assert all((pictures / variant.picture).is_file() for variant in variants)
    assert len({variant.sku for variant in variants}) == 489
    assert max(len(variant.sku) for variant in variants) + len("-1000") <= 24


def test_sizes_come_in_their_order() -> None:
    sizes = ["92", "XXL", "36-38", "M", "one size", "36", "S", "104", "L", "26", "XS", "37", "XL", "odd"]

    assert sorted(sizes, key=size_rank) == [
        "one size", "XS", "S", "M", "L", "XL", "XXL", "26", "36", "36-38", "37", "92", "104", "odd",
    ]  # fmt: skip


@given(st.text(max_size=20))
def test_any_size_has_a_rank_that_fits_its_column(size: str) -> None:
    assert 0 <= size_rank(size) <= 65535


async def test_the_program_says_what_it_did_in_one_line(
    database: Database, backing: BackingServices, settings: Settings
) -> None:
    code, out, err = await run_seed(backing, "--scale", "2", "--stock", "5")

    assert (code, err) == (0, "")
    assert out.startswith("seeded 72 styles and 978 variants (978 new), 5 pieces of each, ")
    assert out.count("\n") == 1
    assert await stock_of(database, f"{SKU}-2") == 5
    assert (settings.media_root / "pictures" / "wool-coat-camel.svg").is_file()


@pytest.mark.parametrize(
    "arguments",
    [("--scale", "0"), ("--scale", "many"), ("--scale", "1001"), ("--stock", "-1"), ("--stock", "1.5"), ("--what",)],
)
async def test_arguments_that_cannot_be_are_refused(backing: BackingServices, arguments: tuple[str, ...]) -> None:
    code, out, err = await run_seed(backing, *arguments)

    assert (code, out) == (2, "")
    assert "seed: error: " in err
