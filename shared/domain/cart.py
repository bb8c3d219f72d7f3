"""What is in a cart: SKUs and quantities, no price. Prices and stock always come from the catalogue."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MAX_LINES = 100
MAX_QUANTITY = 99
SKU = re.compile(r"[A-Z0-9-]{1,24}")  # for fullmatch


@dataclass(frozen=True)
class Cart:
    """A cart as its store holds it.

    Attributes:
        id: None until something is added for the first time.
        revision: counts changes; 0 means that there is no cart.
        quantities: pieces by SKU, in the order in which they were first added.
        ordered_revision: what it held up to this revision was ordered or lost; copies up to it are dead.
    """

    id: str | None
    revision: int
    quantities: Mapping[str, int]
    ordered_revision: int = 0

    @property
    def item_count(self) -> int:
        return sum(self.quantities.values())


EMPTY = Cart(None, 0, MappingProxyType({}))
