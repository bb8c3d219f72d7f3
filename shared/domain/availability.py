"""What shoppers are told of a stock."""

FEW = 5  # up to so many pieces a variant counts as "few left"


def availability(stock: int) -> str:
    """in_stock, few or sold_out."""
    if stock == 0:
        return "sold_out"
    return "few" if stock <= FEW else "in_stock"
