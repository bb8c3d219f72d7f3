"""Query strings and form bodies, read strictly: UTF-8 only, no NUL, no field twice unless it may repeat."""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote_to_bytes

from shared.errors import FieldError, Unreadable

MAX_FIELDS = 300
MAY_REPEAT = frozenset({"size", "colour"})


class Fields(Mapping[str, str]):
    """What was sent, by name; of a field that may repeat, the first. Values are as typed, blanks included."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def __getitem__(self, name: str) -> str:
        return self._values[name][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def all(self, name: str) -> list[str]:
        """Every value of a field that may repeat."""
        return self._values.get(name, [])


def read_fields(encoded: bytes, may_repeat: frozenset[str] = frozenset()) -> Fields:
    """Read application/x-www-form-urlencoded.

    Raises:
        Unreadable: no UTF-8, a NUL, too many fields, or a field that was sent twice; names the field.
    """
    pieces = [piece for piece in encoded.split(b"&", MAX_FIELDS) if piece]
    if len(pieces) > MAX_FIELDS:
        raise Unreadable(f"More than {MAX_FIELDS} fields were sent.")
    pairs = [_pair(piece) for piece in pieces]
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen and name not in may_repeat:
            raise unreadable(name, "This was sent twice.")
        seen.add(name)
    return Fields(pairs)


def unreadable(field: str, message: str) -> Unreadable:
    return Unreadable(message, [FieldError(field[:100], message)])


def _pair(piece: bytes) -> tuple[str, str]:
    raw_name, _, raw_value = piece.partition(b"=")
    name = _text(raw_name, "")
    return name, _text(raw_value, name)


def _text(raw: bytes, field: str) -> str:
    try:
        text = unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        raise unreadable(field, "This is not text in UTF-8.") from None
    if "\0" in text:
        raise unreadable(field, "NUL characters are not read here.")
    return text
