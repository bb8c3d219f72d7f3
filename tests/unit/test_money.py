import pytest

from shared.domain.money import euros


@pytest.mark.parametrize(
    ("cents", "written"),
    [
        (0, "€0.00"),
        (5, "€0.05"),
        (490, "€4.90"),
        (120300, "€1,203.00"),
        (123456789, "€1,234,567.89"),
        (-500, "−€5.00"),
        (-1, "−€0.01"),
    ],
)
def test_an_amount_is_written_as_people_read_it(cents: int, written: str) -> None:
    assert euros(cents) == written
