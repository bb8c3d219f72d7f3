import hashlib
from pathlib import Path

import pytest

from shared.errors import NotFound
from shared.media import Media


async def test_bytes_are_kept_under_their_own_hash(tmp_path: Path) -> None:
    media = Media(tmp_path)

    stored = await media.store("documents", ".pdf", b"%PDF")

    sha256 = hashlib.sha256(b"%PDF").hexdigest()
    assert (stored.sha256, stored.path, stored.size) == (sha256, f"documents/{sha256[:2]}/{sha256}.pdf", 4)
    assert await media.read(stored.path) == b"%PDF"
    assert [path.name for path in (tmp_path / "documents" / sha256[:2]).iterdir()] == [f"{sha256}.pdf"]


async def test_the_same_bytes_again_change_nothing(tmp_path: Path) -> None:
    media = Media(tmp_path)
    stored = await media.store("documents", ".pdf", b"%PDF")
    before = (tmp_path / stored.path).stat().st_mtime_ns

    assert await media.store("documents", ".pdf", b"%PDF") == stored
    assert (tmp_path / stored.path).stat().st_mtime_ns == before


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "pictures/../../secret", "pictures", "none.svg"])
async def test_nothing_outside_the_folder_is_read(tmp_path: Path, path: str) -> None:
    (tmp_path / "media" / "pictures").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")

    with pytest.raises(NotFound):
        await Media(tmp_path / "media").read(path)
