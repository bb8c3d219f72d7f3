"""A parameter file holds what the templates ask for and nothing else; what cannot go together is refused."""

import re

import pytest

from deploy.local.environment import SELLER
from tests.deploy.templates import ENVIRONMENTS, FILES, Stacks, parameters_of

STACKS = [name for name in FILES if name != "golden-ami"]


def used(name: str, environment: str) -> bool:
    """The one instance with a disk runs the workers, so its environment has no worker stack."""
    return name != "worker" or parameters_of(environment)["MediaStore"] == "efs"


def test_there_is_a_file_for_dev_test_and_prod() -> None:
    assert ENVIRONMENTS == ("dev", "prod", "test")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_file_has_no_key_that_no_template_asks_for(stacks: Stacks, environment: str) -> None:
    asked = {name for template in stacks.templates.values() for name in template["Parameters"]}

    assert set(parameters_of(environment)) - asked == set()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_file_has_every_key_that_has_no_default(stacks: Stacks, environment: str) -> None:
    asked = {
        name
        for stack in STACKS
        for name, about in stacks.templates[stack]["Parameters"].items()
        if "Default" not in about and used(stack, environment)
    }

    assert asked - set(parameters_of(environment)) == {"VersionLabel"}  # the command gives it


def test_every_key_is_explained_in_a_template(stacks: Stacks) -> None:
    asked = [row for template in stacks.templates.values() for row in template["Parameters"].items()]
    explained = {name for name, about in asked if about.get("Description")}

    assert {name for name, _ in asked} - explained == set()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("stack", STACKS)
def test_every_value_is_one_that_its_template_takes(stacks: Stacks, environment: str, stack: str) -> None:
    for name, about in stacks.templates[stack]["Parameters"].items():
        value = parameters_of(environment).get(name, about.get("Default"))
        if value is None:
            continue
        assert str(value) in list(map(str, about.get("AllowedValues", [value]))), name
        assert re.fullmatch(about.get("AllowedPattern", ".*"), str(value)), name
        if about["Type"] == "Number":
            assert about.get("MinValue", 0) <= int(value) <= about.get("MaxValue", 10**9), name


def test_a_parameter_means_the_same_wherever_it_is_asked_for(stacks: Stacks) -> None:
    known: dict[str, tuple[str, object]] = {}
    for template in stacks.templates.values():
        for name, about in template["Parameters"].items():
            shape = (about["Type"], about.get("AllowedValues"))
            assert known.setdefault(name, shape) == shape, name


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_each_environment_passes_the_rules_of_its_templates(stacks: Stacks, environment: str) -> None:
    for stack in STACKS:
        if used(stack, environment):
            assert stacks.broken_rules(stack, environment) == []


@pytest.mark.parametrize(
    ("stack", "environment", "given", "said"),
    [
        ("data-files", "prod", {"MediaStore": "ebs"}, "MediaStore ebs needs Mode single"),
        ("web", "prod", {"MediaStore": "ebs"}, "MediaStore ebs needs Mode single"),
        ("data", "prod", {"Database": "rds"}, "Mode ha needs Database rds-standby or aurora"),
        ("data", "prod", {"DatabaseSnapshot": "snap"}, "DatabaseSnapshot needs DatabaseSecret"),
        ("web", "dev", {"Environment": "production"}, "Environment production needs Mode ha, which has HTTPS"),
        (
            "worker",
            "dev",
            {},
            "With MediaStore ebs the one web instance runs the workers, too; a worker environment needs efs",
        ),
    ],
)
def test_what_cannot_go_together_is_refused(
    stacks: Stacks, stack: str, environment: str, given: dict[str, str], said: str
) -> None:
    assert stacks.broken_rules(stack, environment, **given) == [said]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_is_imported_is_exported(stacks: Stacks, environment: str) -> None:
    exported: set[str] = set()
    imported: set[str] = set()
    for stack in STACKS:
        if used(stack, environment):
            imported |= set(re.findall(r"import:(\w+)", str(stacks.resources(stack, environment, Stage="open"))))
            exported |= stacks.exports(stack, environment)

    assert imported - exported == set()


def test_the_sample_seller_is_that_of_the_local_shop() -> None:
    assert "Prinzenstr. 84" in SELLER.read_text("utf-8")
    assert all("Prinzenstr. 84" in parameters_of(environment)["Seller"] for environment in ENVIRONMENTS)
