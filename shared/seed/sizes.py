"""The order in which sizes are shown."""

import re

LETTERS = {"XS": 10, "S": 20, "M": 30, "L": 40, "XL": 50, "XXL": 60}
NUMBERS_FROM = 1000  # numbers come after letters, whatever they count
UNKNOWN = 60000


def size_rank(size: str) -> int:
    """Position of a size: "one size", XS to XXL, then numbers, a range like 36-38 by its first number just after it."""
    if size == "one size":
        return 0
    if size in LETTERS:
        return LETTERS[size]
    match = re.fullmatch(r"(\d{1,4})(-\d+)?", size)
    return NUMBERS_FROM + 2 * int(match[1]) + bool(match[2]) if match else UNKNOWN
