"""What shoppers were told in a run: each change of a cart, each order, each error. The verdict holds the shop to it."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from loadtests.history import NEVER, Operation
from loadtests.timeline import Timeline

MOST_ERRORS = 1000  # that are written down one by one; all are counted

STANDS, DECLINED = "stands", "declined"  # what becomes of an order: it is carried out; its card was refused


@dataclass(kw_only=True)
class Cart:
    """One cart from its first change to the last look at it; whose: the kind of shopper."""

    whose: str
    operations: list[Operation] = field(default_factory=list)


@dataclass(kw_only=True)
class Order:
    """An order that a shopper was told of (201); at_s: since the beginning."""

    key: str
    number: str
    email: str
    total_cents: int
    pieces: Mapping[str, int]
    at_s: float
    fate: str = STANDS


@dataclass
class Diary:
    """All of a run.

    Attributes:
        began_s: by the machine's clock that never jumps; all other times of a diary count from it, but for `carts`.
        asked: keys of orders that were asked for, whatever came of it.
        refused: why the shop took no order, or nothing into a cart, by the problem's name.
        late_ms: how late this process itself was, ten times a second: what it adds to the answers' times.
        cpu_s: what this process used while people shopped.
    """

    began_s: float = 0.0
    carts: list[Cart] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    shoppers: list[tuple[float, int]] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    timeline: Timeline = field(default_factory=Timeline)

    def note_error(self, kind: str, at_s: float, status: int, path: str) -> None:
        if len(self.errors) < MOST_ERRORS:
            self.errors.append({"at_s": round(at_s, 3), "kind": kind, "status": status, "path": path[:100]})

    def note_refusal(self, problem: str) -> None:
        self.refused[problem] = self.refused.get(problem, 0) + 1

    @property
    def operations(self) -> int:
        return sum(len(cart.operations) for cart in self.carts)

    def write(self, path: Path) -> None:
        """Whole or not at all."""
        new = path.with_suffix(".new")
        plain = {**self.__dict__, "carts": [_plain(cart) for cart in self.carts]}
        plain |= {"orders": [asdict(order) for order in self.orders], "timeline": self.timeline.as_json()}
        new.write_text(json.dumps(plain), encoding="utf-8")
        new.rename(path)

    @classmethod
    def read(cls, path: Path) -> "Diary":
        plain = json.loads(path.read_text(encoding="utf-8"))
        carts = [Cart(whose=each["whose"], operations=list(map(_operation, each["operations"])))
                 for each in plain["carts"]]  # fmt: skip
        orders = [Order(**each) for each in plain["orders"]]
        return cls(**plain | {"carts": carts, "orders": orders, "timeline": Timeline.from_json(plain["timeline"])})


def _plain(cart: Cart) -> dict[str, Any]:
    """JSON knows no infinity: NEVER is null."""
    return {
        "whose": cart.whose,
        "operations": [
            {name: None if value == NEVER else value for name, value in asdict(operation).items()}
            for operation in cart.operations
        ],
    }


def _operation(plain: Mapping[str, Any]) -> Operation:
    times = {name: math.inf if plain[name] is None else plain[name] for name in ("answered_s", "over_s")}
    return Operation(**{**plain, **times})
