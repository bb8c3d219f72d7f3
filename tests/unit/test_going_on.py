"""Where a browser may be sent after signing in."""

import pytest

from storefront.going_on import LONGEST, local_path
from tests.web.hostile import AWAY


@pytest.mark.parametrize("text", ["/account/orders", "/shop?q=wool&size=M", "/orders/K7QM-4X2D/documents/I000001.pdf"])
def test_a_path_of_ours_is_gone_on_to(text: str) -> None:
    assert local_path(text, "/account") == text


@pytest.mark.parametrize("text", [*AWAY, "", "x", "/\x00/evil.example", "/" + "x" * LONGEST, "/ä"])
def test_everything_else_leads_home(text: str) -> None:
    assert local_path(text, "/account") == "/account"


def test_staff_stay_in_the_back_office() -> None:
    assert local_path("/back-office/bank", "/back-office/orders", "/back-office/") == "/back-office/bank"
    assert local_path("/account", "/back-office/orders", "/back-office/") == "/back-office/orders"
