"""Whatever process dies at whatever point: nothing is lost, nothing is done twice."""

from collections.abc import Callable, Mapping

import pytest

from shared.crash import NAMES, ORDER, POINTS
from tests.faults.buyers import Buyers
from tests.faults.flows import BESIDE
from tests.faults.stand import Stand
from tests.faults.telling import tell
from tests.faults.verdict import judge
from tests.waiting import until

# Several processes at once, each at its own point: what matters most, in two runs.
TOGETHER = [
    {
        "storefront-1": "checkout.after_commit:3",
        "worker-orders": "payment.after_capture:1",
        "worker-documents": "mail.after_send:1",
    },
    {
        "storefront-1": "publish.before_send:1",
        "worker-orders": "step.before_commit:3",
        "worker-documents": "invoice.after_number:3",
    },
]
OF_EVERY_ORDER = (*POINTS[ORDER], *POINTS["card"], *POINTS["sweep"])


@pytest.mark.parametrize("points", TOGETHER, ids=["after", "before"])
async def test_the_dead_leave_no_order_behind(
    hurt: Stand, shoppers: Callable[..., Buyers], points: Mapping[str, str]
) -> None:
    await die_and_count(hurt, shoppers(), points, orders=6)


@pytest.mark.long
@pytest.mark.parametrize("passes", [1, 3])
@pytest.mark.parametrize("point", OF_EVERY_ORDER)
async def test_no_point_of_an_order_loses_or_doubles(
    hurt: Stand, shoppers: Callable[..., Buyers], point: str, passes: int
) -> None:
    await die_and_count(hurt, shoppers(), {part_of(point): f"{point}:{passes}"}, orders=20)


def test_every_point_is_passed_by_some_test() -> None:
    assert {*OF_EVERY_ORDER, *BESIDE} == set(NAMES)


async def die_and_count(stand: Stand, buyers: Buyers, points: Mapping[str, str], orders: int) -> None:
    async with stand.dying_at(points) as marks:

        async def have_died() -> bool:
            return all((marks / point).exists() for point in points.values())

        await buyers.buy(orders)
        await until(have_died)
        await stand.ready()
        verdict = await judge(stand, buyers)

    tell(f"{dict(points)}: {verdict}")
    assert verdict.faults == []
    assert verdict.orders == len(buyers.bought) == orders


def part_of(point: str) -> str:
    """Which process passes a point soonest."""
    if point.startswith(("checkout.", "publish.")):
        return "storefront-1"
    if point.startswith("sweep."):
        return "worker-http"
    return "worker-documents" if point.startswith(("invoice.", "media.", "mail.")) else "worker-orders"
