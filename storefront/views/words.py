"""Small words in templates: rates, plurals, numbers."""

UNITS = (
    *("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def rate(basis_points: int) -> str:
    """Basis points as "19 %" or "5.5 %"."""
    return f"{basis_points / 100:g} %"


def plural(count: int, one: str, many: str = "") -> str:
    """ "1 piece", "3 pieces"; an irregular plural is given."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def spelled(number: int) -> str:
    """ "Thirty-six"; figures from a hundred on."""
    if not 0 < number < 100:
        return f"{number:,}"
    tens, ones = divmod(number, 10)
    words = UNITS[number] if number < 20 else "-".join(filter(None, (TENS[tens], UNITS[ones])))
    return words.capitalize()
