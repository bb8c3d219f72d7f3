"""Sizes: how a card tells them, and the table of measures that belongs to them. Measures are centimetres."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LETTERS = ("XS", "S", "M", "L", "XL", "XXL")
EU = tuple(str(size) for size in range(34, 47, 2))
INCHES = tuple(str(size) for size in range(26, 39))
HEIGHTS = ("92", "98", "104", "110", "116", "122", "128", "134", "140", "146", "152")
SHOES = tuple(str(size) for size in range(35, 48))


@dataclass(frozen=True)
class SizeTable:
    """Measures by size: the sizes across, a row a measure."""

    caption: str
    sizes: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


Measures = Mapping[str, Mapping[str, str]]


def _measure(sizes: Sequence[str], first: float, step: float) -> dict[str, str]:
    return {size: f"{first + index * step:g}" for index, size in enumerate(sizes)}


def _listed(sizes: Sequence[str], values: str) -> dict[str, str]:
    return dict(zip(sizes, values.split(), strict=True))


UPPER: Measures = {
    "Chest": _listed(LETTERS, "84 90 96 104 112 120"),
    "Waist": _listed(LETTERS, "70 76 82 90 98 106"),
    "Length": _listed(LETTERS, "62 64 66 68 70 72"),
}
DRESSES: Measures = {
    "Chest": _measure(EU, 80, 4),
    "Waist": _measure(EU, 64, 4),
    "Hips": _measure(EU, 88, 4),
}
TROUSERS: Measures = {"Waist": _measure(INCHES, 66, 2.5), "Hips": _measure(INCHES, 86, 2.5)}
CHILDREN: Measures = {
    "Height": {size: size for size in HEIGHTS},
    "Chest": _listed(HEIGHTS, "53 55 57 59 61 63 66 69 72 75 78"),
}
FEET: Measures = {"Foot": _measure(SHOES, 22, 0.65)}

BY_CATEGORY: Mapping[str, tuple[Measures, ...]] = {
    "tops": (UPPER,),
    "shirts": (UPPER,),
    "knitwear": (UPPER,),
    "sweatshirts": (UPPER, CHILDREN),
    "outerwear": (UPPER,),
    "dresses": (DRESSES, UPPER),
    "skirts": (DRESSES, UPPER),
    "trousers": (TROUSERS, UPPER),
    "shoes": (FEET,),
}


def size_table(category: str, sizes: Sequence[str]) -> SizeTable | None:
    """The measures of these sizes; None where there is nothing to measure, as with bags."""
    for measures in BY_CATEGORY.get(category, ()):
        if sizes and all(size in row for row in measures.values() for size in sizes):
            rows = tuple((name, tuple(row[size] for size in sizes)) for name, row in measures.items())
            return SizeTable("Body measures in centimetres", tuple(sizes), rows)
    return None


def size_range(sizes: Sequence[str]) -> str:
    """ "Sizes XS to XXL", "Sizes 36 to 47" of 36-38 to 45-47, "Size M", "One size"."""
    if not sizes or tuple(sizes) == ("one size",):
        return "One size"
    if len(sizes) == 1:
        return f"Size {sizes[0]}"
    return f"Sizes {sizes[0].split('-')[0]} to {sizes[-1].split('-')[-1]}"
