"""Money as people read it. Inside the shop it is always whole cents of EUR, VAT contained."""


def euros(cents: int) -> str:
    """Write an amount: 120300 is "€1,203.00", -500 is "−€5.00" (with a real minus sign)."""
    whole, part = divmod(abs(cents), 100)
    return f"{'−' if cents < 0 else ''}€{whole:,}.{part:02d}"
