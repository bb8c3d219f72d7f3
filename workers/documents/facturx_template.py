"""Fills in facturx.xml: how EN 16931 writes amounts, rates and texts."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from workers.documents.printable import one_line


def filled_in(words: Mapping[str, object]) -> bytes:
    """Return the XML as UTF-8; `words` has every name that facturx.xml uses."""
    return _templates().get_template("facturx.xml").render(words).encode()


def _amount(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _text(text: str) -> str:
    """Make any text one that XML can hold and a rule that asks for a text accepts."""
    return "".join(character for character in one_line(text) if ord(character) & 0xFFFE != 0xFFFE) or "–"


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "amount": _amount,
        "text": _text,
        "percent": lambda rate_bp: f"{rate_bp / 100:g}",
        "category": lambda rate_bp: "S" if rate_bp else "Z",
    }
    return templates
