"""The tables of a Markdown file, by the heading they stand under."""

import re
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def sections(name: str) -> Iterator[tuple[str, str]]:
    """Each second-level heading with what follows it."""
    pieces = re.split(r"^## (.+)$", (DOCS / name).read_text(), flags=re.MULTILINE)
    return zip(pieces[1::2], pieces[2::2], strict=True)


def rows_of(text: str) -> list[list[str]]:
    """The rows of all tables in a text, without their heads."""
    tables = re.findall(r"^\|.*\|\n\|[-| ]+\|\n((?:\|.*\|\n?)*)", text, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for rows in tables for line in rows.splitlines()]


def table(name: str, heading: str) -> list[list[str]]:
    """The rows under one heading."""
    return rows_of(dict(sections(name))[heading])


def coded(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", text)
