"""From an empty account to a version, to the next one, and back; and what goes wrong on the way."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from moto.rds.models import RDSBackend

from deploy.local.faults import CannotLook, StackFault
from deploy.release.history import before
from deploy.release.stacks import Stacks
from tests.deploy.desk import Desk, desk_in_memory
from tests.deploy.repositories import git


@pytest.fixture
def prod(light_copy: Path) -> Iterator[Desk]:
    with desk_in_memory("prod", light_copy) as desk:
        yield desk


@pytest.fixture
def dev(light_copy: Path) -> Iterator[Desk]:
    with desk_in_memory("dev", light_copy) as desk:
        yield desk


def label_of(desk: Desk) -> str:
    return git(desk.repository, "rev-parse", "HEAD")[:12]


def next_commit(desk: Desk) -> str:
    git(desk.repository, "commit", "-q", "--allow-empty", "-m", "next")
    return label_of(desk)


def both(label: str) -> dict[str, str]:
    return {"shop-prod-web": f"web-{label}", "shop-prod-worker": f"worker-{label}"}


def test_an_empty_account_gets_both_environments_then_the_next_version_then_the_one_before(prod: Desk) -> None:
    first = label_of(prod)
    code, said = prod.type("prod")
    assert (code, prod.running()) == (0, both(first))
    assert "let the registrar of example.com name ns-" in said
    assert said.splitlines()[-2:] == [
        f"shop-prod runs {first} at https://www.example.com",
        "what is to be done once now stands in deploy/README.md, below step 2",
    ]

    second = next_commit(prod)
    code, said = prod.type("prod")
    assert (code, prod.running()) == (0, both(second))
    assert f"version web-{second}: uploaded" in said
    assert "shop-prod-data: nothing changes" in said

    assert said.splitlines()[-1] == f"shop-prod runs {second} at https://www.example.com"

    code, said = prod.type("rollback", "prod")
    assert (code, prod.running()) == (0, both(first))
    assert f"back from {second} to {first}" in said

    code, said = prod.type("versions", "prod")
    runs = {line.split()[0]: line.endswith("runs in web and worker") for line in said.splitlines()[1:]}
    assert (code, runs) == (0, {second: False, first: True})
    code, said = prod.type("status", "prod")
    assert code == 0
    assert f"shop-prod-worker         {first}  Ready  Green" in said
    stacks = prod.client("cloudformation").describe_stacks()["Stacks"]
    assert [stack["Tags"] for stack in stacks] == [[{"Key": "Shop", "Value": "shop-prod"}]] * 9
    zone = prod.session.client("route53")
    (found,) = zone.list_hosted_zones()["HostedZones"]
    records = zone.list_resource_record_sets(HostedZoneId=found["Id"])["ResourceRecordSets"]
    assert "www.example.com" in {row["Name"] for row in records}


def test_one_instance_is_an_environment_of_its_own_and_a_second_run_changes_nothing(dev: Desk) -> None:
    label = label_of(dev)
    dev.type("dev")
    happened = len(dev.beanstalk.happened)

    code, said = dev.type("dev")

    assert (code, dev.running()) == (0, {"shop-dev-web": f"web-{label}"})
    assert f"version web-{label}: is there already" in said
    assert [line for line in said.splitlines() if line.startswith("shop-dev-") and "nothing changes" not in line] == []
    assert len(dev.beanstalk.happened) == happened


def test_a_version_that_does_not_start_leaves_the_one_before_and_says_why(dev: Desk) -> None:
    first = label_of(dev)
    dev.type("dev")
    second = next_commit(dev)
    dev.beanstalk.failing.add(f"web-{second}")

    with pytest.raises(StackFault, match=f"shop-dev-web failed: .*did not get healthy with web-{second}"):
        dev.type("dev")

    assert dev.running() == {"shop-dev-web": f"web-{first}"}
    dev.beanstalk.failing.clear()
    assert dev.type("dev")[0] == 0
    assert dev.running() == {"shop-dev-web": f"web-{second}"}


def test_a_first_creation_that_fails_leaves_nothing_that_hinders_the_second(dev: Desk) -> None:
    with (
        patch.object(RDSBackend, "create_subnet_group", side_effect=RuntimeError("too few zones")),
        pytest.raises(StackFault, match="shop-dev-data failed: shop-dev-data: too few zones"),
    ):
        dev.type("dev")
    assert dev.refused("dev") == (
        "nothing was changed: the stack shop-dev-data was never whole. "
        "Delete it: aws cloudformation delete-stack --stack-name shop-dev-data"
    )

    dev.client("cloudformation").delete_stack(StackName="shop-dev-data")

    assert dev.type("dev")[0] == 0
    assert dev.running() == {"shop-dev-web": f"web-{label_of(dev)}"}


def test_a_version_that_turns_red_stops_at_the_first_tier_and_names_the_way_back(prod: Desk) -> None:
    first = label_of(prod)
    prod.type("prod")
    second = next_commit(prod)
    prod.beanstalk.states[f"web-{second}"] = [{"Health": "Red"}]

    with pytest.raises(StackFault) as fault:
        prod.type("prod")

    assert str(fault.value) == (
        f"shop-prod-web runs {second} and is not well (Ready, Red). Back to {first}: ./shop deploy rollback prod"
    )
    assert prod.running() == {**both(first), "shop-prod-web": f"web-{second}"}
    assert prod.type("rollback", "prod")[0] == 0
    assert prod.running() == both(first)


def test_a_version_is_deployed_again_by_its_label(dev: Desk) -> None:
    first = label_of(dev)
    dev.type("dev")
    next_commit(dev)
    dev.type("dev")

    assert dev.type("dev", "--version", first)[0] == 0

    assert dev.running() == {"shop-dev-web": f"web-{first}"}


@pytest.mark.parametrize("words", [("dev",), ("rollback", "dev")])
def test_a_version_that_somebody_put_in_by_hand_is_not_taken_for_the_one_of_the_stack(
    dev: Desk, words: tuple[str, ...]
) -> None:
    label = label_of(dev)
    dev.type("dev")
    dev.beanstalk.environments["shop-dev-web"]["VersionLabel"] = "web-hotfix"

    with patch.object(Stacks, "propose", return_value=None), pytest.raises(StackFault) as fault:  # all is as it was
        dev.type(*words)

    assert str(fault.value) == (
        f"shop-dev-web runs hotfix, and its stack takes {label} for granted. Put that in: aws elasticbeanstalk "
        f"update-environment --environment-name shop-dev-web --version-label web-{label}"
    )


def test_a_commit_that_was_never_deployed_is_named_as_a_version(dev: Desk) -> None:
    old = label_of(dev)
    next_commit(dev)

    dev.type("dev", "--version", old)

    assert dev.running() == {"shop-dev-web": f"web-{old}"}


def test_a_bundle_that_cannot_be_read_is_uploaded_anew_at_the_next_run(dev: Desk) -> None:
    label = label_of(dev)
    dev.beanstalk.unreadable.add(f"web-{label}")
    with pytest.raises(StackFault, match=f"Elastic Beanstalk cannot read web-{label}"):
        dev.type("dev")
    assert dev.running() == {}

    dev.beanstalk.unreadable.clear()

    assert f"version web-{label}: uploaded" in dev.type("dev")[1]
    assert dev.running() == {"shop-dev-web": f"web-{label}"}


def test_of_nothing_there_is_no_status_and_nothing_before(dev: Desk) -> None:
    with pytest.raises(CannotLook, match="dev is not there yet"):
        dev.type("status", "dev")
    assert dev.refused("rollback", "dev") == "dev has no web environment yet. Deploy first: ./shop deploy dev"


@pytest.mark.parametrize(
    ("known", "running", "expected"),
    [
        ([], {"a"}, None),
        (["a"], {"a"}, None),
        (["a", "b"], {"b"}, "a"),
        (["a", "b"], {"c"}, "b"),  # c was never whole
        (["a", "b"], {"b", "c"}, "b"),  # c got into one tier only
        (["a"], {"a", "b"}, "a"),
    ],
)
def test_a_rollback_goes_to_what_was_whole_last(known: list[str], running: set[str], expected: str | None) -> None:
    assert before(known, frozenset(running)) == expected
