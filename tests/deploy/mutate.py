"""Break the templates, one place at a time, and see that the test beside it is red: `python -m tests.deploy.mutate`.

Prints a row a mutation and exits with 1 if a test stays green.
"""

import importlib
import pkgutil
import sys
from collections.abc import Mapping

from tests.deploy import policies
from tests.deploy.mutations import PolicyTest, is_red, proofs
from tests.deploy.templates import Stacks, read_templates


def policy_tests() -> Mapping[str, PolicyTest]:
    """Every test of a policy that looks at templates, by its name."""
    modules = [
        importlib.import_module(f"{policies.__name__}.{row.name}") for row in pkgutil.iter_modules(policies.__path__)
    ]
    return {
        name: test
        for module in modules
        for name, test in vars(module).items()
        if name.startswith("test_") and "stacks" in test.__code__.co_varnames[: test.__code__.co_argcount]
    }


def main() -> int:
    templates, tests = read_templates(), policy_tests()
    outcomes = [(name, mutation, is_red(test, mutation.applied(templates))) for name, test, mutation in proofs(tests)]
    green = [name for name, test in tests.items() if is_red(test, Stacks(templates))]
    for name, mutation, red in outcomes:
        print(f"{'red' if red else 'STAYS GREEN':11}  {name:88}  {mutation}")  # noqa: T201
    killed = sum(red for *_, red in outcomes)
    print(f"{len(tests)} tests, {killed} of {len(outcomes)} mutations red, {len(green)} tests red without one")  # noqa: T201
    return 0 if killed == len(outcomes) and not green else 1


if __name__ == "__main__":
    sys.exit(main())
