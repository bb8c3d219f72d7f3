"""Which characters the vendored fonts can draw, read from the fonts themselves so that the two never differ."""

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
# In the order in which the template tries them.
FILES = (
    "InstrumentSans-400",
    "NotoSans",
    "NotoSansArabic",
    "NotoSansHebrew",
    "NotoSansThai",
    "NotoSansDevanagari",
    "NotoSansArmenian",
    "NotoSansGeorgian",
    "NotoSansBengali",
    "NotoSansTamil",
    "NotoSansTelugu",
    "NotoSansGujarati",
    "NotoSansGurmukhi",
    "NotoSansKannada",
    "NotoSansMalayalam",
    "NotoSansSinhala",
    "NotoSansEthiopic",
    "NotoSansKhmer",
    "NotoSansLao",
    "NotoSansMyanmar",
    "DroidSansFallback",
    "NotoSansSymbols2",
)


@cache
def font_coverages() -> tuple[frozenset[int], ...]:
    """Return each font's code points, in the order of FILES; about 30 ms the first time."""
    return tuple(code_points(FONTS / f"{name}.ttf") for name in FILES)


def code_points(path: Path) -> frozenset[int]:
    """Read a font's character map (cmap formats 4 and 12 of the OpenType specification)."""
    cmap = _table(path.read_bytes(), b"cmap")
    count = struct.unpack_from(">H", cmap, 2)[0]
    offsets = {struct.unpack_from(">HHI", cmap, 4 + 8 * index)[2] for index in range(count)}
    return frozenset(point for offset in offsets for point in _subtable(cmap[offset:]))


def _table(font: bytes, tag: bytes) -> bytes:
    for index in range(struct.unpack_from(">H", font, 4)[0]):
        name, _, offset, length = struct.unpack_from(">4sIII", font, 12 + 16 * index)
        if name == tag:
            return font[offset : offset + length]
    raise ValueError(f"the font has no table {tag!r}")


def _subtable(data: bytes) -> Iterator[int]:
    kind = struct.unpack_from(">H", data)[0]
    if kind == 12:
        return _groups(data)
    if kind == 4:
        return _segments(data)
    raise ValueError(f"cmap format {kind} is not read here")


def _groups(data: bytes) -> Iterator[int]:
    for index in range(struct.unpack_from(">I", data, 12)[0]):
        first, last, _ = struct.unpack_from(">III", data, 16 + 12 * index)
        yield from range(first, last + 1)


def _segments(data: bytes) -> Iterator[int]:
    """Format 4: parallel arrays of last and first code point, delta and offset; glyph 0 means "not there"."""
    count = struct.unpack_from(">H", data, 6)[0] // 2
    lasts, firsts, deltas, offsets = (
        struct.unpack_from(f">{count}H", data, start) for start in (14, 16 + 2 * count, 16 + 4 * count, 16 + 6 * count)
    )
    for index, (first, last, delta, offset) in enumerate(zip(firsts, lasts, deltas, offsets, strict=True)):
        for point in range(first, min(last, 0xFFFE) + 1):
            place = 16 + 6 * count + 2 * index + offset + 2 * (point - first)
            glyph = struct.unpack_from(">H", data, place)[0] if offset else point
            if (offset == 0 or glyph) and (glyph + delta) % 0x10000:
                yield point
