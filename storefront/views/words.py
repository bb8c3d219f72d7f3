"""Small words in templates: rates and plurals."""


def rate(basis_points: int) -> str:
    """Basis points as "19 %" or "5.5 %"."""
    return f"{basis_points / 100:g} %"


def plural(count: int, one: str, many: str = "") -> str:
    """ "1 piece", "3 pieces"; an irregular plural is given."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
