"""The catalogue's files, read and joined; a copy of a style bears its number behind slug and SKU."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CATALOGUE = Path(__file__).parent / "catalogue"
PICTURES = "pictures"  # folder in the catalogue and below the media root


@dataclass(frozen=True, kw_only=True)
class SeedVariant:
    sku: str
    colour: str
    size: str
    stock: int
    picture: str


@dataclass(frozen=True, kw_only=True)
class SeedStyle:
    """A style and its variants, in the order of the file; colours are shown in this order."""

    slug: str
    name: str
    category: str
    audience: str
    description: str
    material: str
    price_cents: int
    variants: tuple[SeedVariant, ...]

    def words_by_field(self) -> dict[str, list[str]]:
        """What the style is found by."""
        return {
            "name": [self.name],
            "category": [self.category],
            "colour": [variant.colour for variant in self.variants],
            "size": [variant.size for variant in self.variants],
            "audience": [self.audience],
            "material": [self.material],
            "description": [self.description],
        }


def read_catalogue() -> list[SeedStyle]:
    variants: dict[str, list[SeedVariant]] = {}
    for row in _rows("variants.csv"):
        slug = row.pop("product_slug")
        picture = f"{PICTURES}/{row.pop('picture')}"
        variants.setdefault(slug, []).append(
            SeedVariant(
                sku=row["sku"], colour=row["colour"], size=row["size"], stock=int(row["stock"]), picture=picture
            )
        )
    return [
        SeedStyle(
            slug=row["slug"],
            name=row["name"],
            category=row["category"],
            audience=row["audience"],
            description=row["description"],
            material=row["material"],
            price_cents=int(row["price_cents"]),
            variants=tuple(variants[row["slug"]]),
        )
        for row in _rows("products.csv")
    ]


def copy_suffix(copy: int) -> str:
    """Nothing for the first of `--scale`, then -2, -3 …"""
    return "" if copy == 1 else f"-{copy}"


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (CATALOGUE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
