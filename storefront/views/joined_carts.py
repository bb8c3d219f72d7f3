"""What became of a guest's cart, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.domain.cart import MAX_LINES, MAX_QUANTITY
from shared.domain.cart_joining import Cut, Why
from shared.queries.account_carts import Joined
from shared.queries.catalog import Variant


def joined_page(joins: Sequence[Joined], variants: Mapping[str, Variant]) -> dict[str, Any]:
    """The context of joined.html."""
    pieces = sum(sum(joined.added.values()) for joined in joins)
    return {
        "joined": joined_words(pieces),
        "cuts": [cut_words(cut, variants.get(cut.sku)) for joined in joins for cut in joined.cuts],
    }


def joined_words(pieces: int) -> str:
    if pieces == 0:
        return "Nothing of your earlier cart could be joined."
    words = "1 piece of your earlier cart was" if pieces == 1 else f"{pieces} pieces of your earlier cart were"
    return f"{words} joined."


def cut_words(cut: Cut, variant: Variant | None) -> str:
    """ "Wool coat, navy, M: 99 is the most of one piece; 3 were left out." """
    name = f"{variant.name}, {variant.colour}, {variant.size}" if variant else cut.sku
    missing = cut.wanted - cut.joined
    return f"{name}: {_why(cut)}; {missing} {'was' if missing == 1 else 'were'} left out."


def _why(cut: Cut) -> str:
    if cut.why is Why.MOST:
        return f"{MAX_QUANTITY} is the most of one piece"
    if cut.why is Why.FULL:
        return f"a cart holds {MAX_LINES} different pieces"
    if cut.why is Why.GONE:
        return "not sold any more"
    return f"only {cut.left} left" if cut.left else "sold out"
