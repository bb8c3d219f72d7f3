"""Style sheets, the module and fonts: in memory from the start on, under names that change with their content."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

STATIC = Path(__file__).parent / "static"
ROOT = "/static/"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".woff2": "font/woff2",
}
PACKED = frozenset({".css", ".js", ".svg"})  # woff2 is packed already
CSS_URL = re.compile(r"url\(([^)#:]+)\)")


@dataclass(frozen=True)
class Asset:
    """A file as it is sent; `packed` is its gzip variant, where one is smaller."""

    file: str
    content: bytes
    packed: bytes | None
    content_type: str


class Assets:
    """All files of the static folder, by their own name and by the hashed one."""

    def __init__(self, assets: dict[str, Asset]) -> None:
        self._by_name = assets
        self._by_file = {asset.file: asset for asset in assets.values()}

    @classmethod
    def load(cls, folder: Path = STATIC) -> Self:
        """Read the folder; style sheets last, since they name the other files."""
        paths = [path for path in sorted(folder.rglob("*")) if path.suffix in TYPES]
        assets: dict[str, Asset] = {}
        for path in sorted(paths, key=lambda path: path.suffix == ".css"):
            assets[path.relative_to(folder).as_posix()] = _read(path, assets)
        return cls(assets)

    def url(self, name: str) -> str:
        """The address of a file of the static folder, as in url("shop.css"); KeyError when there is none."""
        return ROOT + self._by_name[name].file

    def find(self, file: str) -> Asset | None:
        """The asset under a hashed name."""
        return self._by_file.get(file)


def _read(path: Path, others: dict[str, Asset]) -> Asset:
    content = path.read_bytes()
    if path.suffix == ".css":
        content = CSS_URL.sub(lambda match: f"url({others[match[1]].file})", content.decode()).encode()
    digest = hashlib.sha256(content).hexdigest()[:12]
    packed = gzip.compress(content, mtime=0) if path.suffix in PACKED else None
    return Asset(f"{path.stem}.{digest}{path.suffix}", content, packed, TYPES[path.suffix])
