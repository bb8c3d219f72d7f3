"""The judge of orders names what is lost, doubled, of somebody else, or holds other things than were ordered."""

from collections.abc import Mapping

import pytest

from loadtests.history import Pieces
from tests.fleet.verdict import order_faults

TOLD = {"key": ("N1", {"COAT-M": 2})}
AS_TOLD = {"N1": {"COAT-M": 2}}


@pytest.mark.parametrize(
    ("orders", "faults"),
    [
        ({"key": AS_TOLD}, []),
        ({}, ["order N1 is lost"]),
        ({"key": AS_TOLD | {"N2": {"COAT-M": 2}}}, ["doubled: 2 orders for one key"]),
        ({"key": {"N1": {"COAT-M": 1}}}, ["order N1 holds {'COAT-M': 1} instead of {'COAT-M': 2}"]),
        ({"key": AS_TOLD, "other": {"N2": {"HAT-57": 1}}}, ["a foreign order: N2"]),
    ],
    ids=["as told", "lost", "doubled", "other pieces", "foreign"],
)
def test_what_became_of_orders_is_named(orders: Mapping[str, Mapping[str, Pieces]], faults: list[str]) -> None:
    assert list(order_faults(TOLD, orders)) == faults
