import gzip
import re
from pathlib import Path

from storefront.assets import STATIC, Assets


def test_a_name_changes_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("one")
    before = Assets.load(tmp_path).url("a.js")

    (tmp_path / "a.js").write_text("two")

    assert re.fullmatch(r"/static/a\.[0-9a-f]{12}\.js", before)
    assert Assets.load(tmp_path).url("a.js") != before


def test_a_style_sheet_names_its_fonts_by_their_hashed_names(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "f.woff2").write_bytes(b"font")
    (tmp_path / "a.css").write_text("@font-face{src:url(fonts/f.woff2)} p{background:url(#seam)}")

    assets = Assets.load(tmp_path)

    sheet = assets.find(assets.url("a.css").removeprefix("/static/"))
    font = assets.url("fonts/f.woff2").removeprefix("/static/")
    assert sheet is not None
    assert sheet.packed is not None
    assert sheet.content.decode() == f"@font-face{{src:url({font})}} p{{background:url(#seam)}}"
    assert gzip.decompress(sheet.packed) == sheet.content


def test_only_files_that_are_sent_are_assets_and_fonts_are_not_packed_twice() -> None:
    assets = Assets.load()

    font = assets.find(assets.url("fonts/instrument-sans-latin.woff2").removeprefix("/static/"))
    assert font is not None
    assert font.packed is None
    assert assets.find("LICENSE") is None
    assert assets.find("shop.css") is None


def test_the_sheet_and_the_module_stay_small() -> None:
    assert (STATIC / "shop.css").stat().st_size <= 15_000
    assert (STATIC / "shop.js").stat().st_size <= 5_000
    assert (STATIC / "desk.css").stat().st_size <= 8_000
