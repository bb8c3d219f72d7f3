"""A process dies while an order is declined, canceled, refunded, sent, or tried again."""

from collections.abc import Callable

import pytest

from tests.faults.buyers import Buyers
from tests.faults.flows import BESIDE
from tests.faults.stand import Stand
from tests.faults.telling import tell
from tests.faults.verdict import settled
from tests.waiting import until


@pytest.mark.long
@pytest.mark.parametrize("passes", [1, 3])
@pytest.mark.parametrize("point", BESIDE)
async def test_no_point_beside_the_plan_loses_or_doubles(
    hurt: Stand, shoppers: Callable[..., Buyers], point: str, passes: int
) -> None:
    await die_beside(hurt, shoppers(), f"{point}:{passes}", orders=20)


async def die_beside(stand: Stand, buyers: Buyers, point: str, orders: int) -> None:
    flow = BESIDE[point.partition(":")[0]]
    buyers.payments = [flow.payment]
    async with stand.dying_at({flow.part: point}, PAYMENT_CAPTURE=flow.capture) as marks:

        async def has_died() -> bool:
            return (marks / point).exists()

        await flow.trouble(stand)
        await buyers.buy(orders)
        before = await settled(stand, flow.capture)
        for bought in buyers.bought:
            await flow.deed(stand, bought.number)
        await until(has_died)
        await stand.ready()
        faults = await settled(stand, flow.capture)

    tell(f"{point}: {len(buyers.bought)} orders, {len(before)} faults before and {len(faults)} after the deed")
    assert (before, faults) == ([], [])
    assert len(buyers.bought) == orders
