"""Every test of a policy can fail."""

import pytest

from tests.deploy.mutate import policy_tests
from tests.deploy.mutations import Mutation, PolicyTest, is_red, proofs
from tests.deploy.templates import DEPLOY, Stacks

TESTS = policy_tests()
PROOFS = [pytest.param(test, mutation, id=f"{name}: {mutation}") for name, test, mutation in proofs(TESTS)]


def test_there_are_sixty_policies_at_least_and_the_documents_tell_how_many() -> None:
    assert len(TESTS) >= 60
    documents = (DEPLOY.parent / "docs/aws.md").read_text("utf-8")
    assert f"{len(TESTS)} policies" in documents
    assert f"{len(PROOFS)} mutations" in documents


@pytest.mark.parametrize("test", [pytest.param(test, id=name) for name, test in TESTS.items()])
def test_every_policy_is_proven_by_a_mutation(test: PolicyTest) -> None:
    assert vars(test)["mutations"]


@pytest.mark.parametrize(("test", "mutation"), PROOFS)
def test_what_breaks_a_policy_makes_its_test_red(test: PolicyTest, mutation: Mutation, stacks: Stacks) -> None:
    assert is_red(test, mutation.applied(stacks.templates))
    test(stacks)
