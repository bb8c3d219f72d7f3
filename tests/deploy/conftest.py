import pytest

from tests.deploy.templates import Stacks, read_templates


@pytest.fixture(scope="session")
def stacks() -> Stacks:
    return Stacks(read_templates())
