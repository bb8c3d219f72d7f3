"""How a document's data is kept as one text, from which its PDF can be made again at any time."""

import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def written(data: "DataclassInstance") -> str:
    """Write the data as canonical JSON: the same data is always the same text."""
    return json.dumps(asdict(data), default=date.isoformat, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(snapshot: str, versions: Collection[int], dates: Collection[str]) -> dict[str, Any]:
    """Return the fields, those named in `dates` as days where they are set.

    Raises:
        ValueError: not a snapshot, or of a version that is none of `versions`.
    """
    fields: dict[str, Any] = json.loads(snapshot)
    if fields.get("version") not in versions:
        raise ValueError("unknown version of a document's snapshot")
    return fields | {name: date.fromisoformat(fields[name]) for name in dates if fields.get(name)}
