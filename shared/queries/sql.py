"""Pieces of SQL that are the same everywhere."""

from collections.abc import Sequence


def in_list(values: Sequence[object]) -> str:
    """Place holders for an IN list, which must not be empty: `%s, %s`."""
    return ", ".join(["%s"] * len(values))
