"""Each guard is missed by a test when it is taken out, and stands where `guards.py` says."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.faults.guards import GUARDS
from tests.faults.without import run_without


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_stands_once_where_it_is_said_to_stand(name: str) -> None:
    spec = find_spec(GUARDS[name].module)

    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).read_text().count(GUARDS[name].there) == 1


@pytest.mark.long
@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_that_is_taken_out_is_missed(name: str) -> None:
    finding = run_without(name)

    assert finding.is_missed, finding
