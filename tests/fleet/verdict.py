"""What became of the carts and orders of a run: nothing lost, nothing doubled, nothing of somebody else's."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from loadtests.history import Pieces, violations
from shared.db import Database
from tests.fleet.shoppers import Ordered, Shopper
from tests.ledgers import rows


@dataclass(frozen=True)
class Verdict:
    """faults: sentences, none of them if all is well."""

    requests: int
    failures: int
    operations: int
    orders: int
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counted = f"{self.requests} requests, {self.operations} cart operations, {self.orders} orders"
        return (
            f"{counted}, {self.failures} failed requests, {len(self.faults)} carts or orders lost, doubled or foreign"
        )


async def judge(shoppers: Sequence[Shopper], database: Database) -> Verdict:
    """Let everybody look at the cart once more, and compare what they were told with what can be."""
    for shopper in shoppers:
        await shopper.do("read")
    orders = await _orders_by_key(database)
    told = {key: order for shopper in shoppers for key, order in shopper.ordered.items()}
    return Verdict(
        requests=sum(len(shopper.answers) for shopper in shoppers),
        failures=sum(len(shopper.failures) for shopper in shoppers),
        operations=sum(len(shopper.history) for shopper in shoppers),
        orders=len(orders),
        faults=[*_of_carts(shoppers), *order_faults(told, orders)],
    )


def _of_carts(shoppers: Sequence[Shopper]) -> Iterator[str]:
    for number, shopper in enumerate(shoppers):
        yield from (f"cart {number}: {sentence}" for sentence in violations(shopper.history))


def order_faults(told: Mapping[str, Ordered], orders: Mapping[str, Mapping[str, Pieces]]) -> Iterator[str]:
    """What was acknowledged, by key, against what the database holds: pieces by number by key."""
    for key, (number, pieces) in told.items():
        found = orders.get(key, {})
        if number not in found:
            yield f"order {number} is lost"
        elif found[number] != pieces:
            yield f"order {number} holds {dict(found[number])} instead of {dict(pieces)}"
        if len(found) > 1:
            yield f"doubled: {len(found)} orders for one key"
    yield from (f"a foreign order: {', '.join(found)}" for key, found in orders.items() if key not in told)


async def _orders_by_key(database: Database) -> dict[str, dict[str, dict[str, int]]]:
    """Key -> number -> pieces by SKU."""
    found: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in await rows(
        database,
        "SELECT o.number, o.checkout_key, l.sku, l.quantity FROM orders o JOIN order_lines l ON l.order_id = o.id",
    ):
        found[row["checkout_key"]][row["number"]][row["sku"]] = row["quantity"]
    return found
