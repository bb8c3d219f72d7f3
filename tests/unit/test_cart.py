import pytest

from shared.domain.cart import EMPTY, SKU, Cart


def test_no_cart_has_no_id_no_revision_and_no_lines() -> None:
    assert (EMPTY.id, EMPTY.revision, dict(EMPTY.quantities), EMPTY.ordered_revision) == (None, 0, {}, 0)


def test_the_badge_counts_pieces_and_not_lines() -> None:
    assert Cart("c", 3, {"COAT-M": 2, "SOCKS": 5}).item_count == 7


@pytest.mark.parametrize("sku", ["", "coat", "COAT M", "COAT-M\n", "#rev", "COÄT", "X" * 25, "A*1", "A~B", "٣"])
def test_what_is_no_sku_is_told_at_once(sku: str) -> None:
    assert not SKU.fullmatch(sku)
