"""What operators' commands write: text that no stored character can turn into a command of the terminal, or JSON."""

import json
import sys
from collections.abc import Mapping, Sequence

Cell = str | int | None


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def say_json(found: object) -> None:
    """JSON and nothing else; characters beyond ASCII are escaped, whatever the terminal can show."""
    say(json.dumps(found))


def escaped(text: str) -> str:
    """The text with control characters, line breaks and marks of direction written as escapes."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def table(columns: Sequence[str], rows: Sequence[Mapping[str, Cell]]) -> str:
    """Aligned columns under their names; numbers stand to the right, None is a dash."""
    lines = [dict(zip(columns, columns, strict=True)), *({name: _cell(row[name]) for name in columns} for row in rows)]
    widths = {name: max(len(line[name]) for line in lines) for name in columns}
    numbers = {name for name in columns if {type(row[name]) for row in rows} - {type(None)} == {int}}

    def aligned(line: Mapping[str, str]) -> str:
        cells = (f"{line[name]:{'>' if name in numbers else '<'}{widths[name]}}" for name in columns)
        return "  ".join(cells).rstrip()

    return "\n".join(map(aligned, lines))


def _cell(value: Cell) -> str:
    return "-" if value is None else escaped(str(value))
