"""The option settings of both environments are those that AWS knows."""

import pytest

from tests.deploy.options import EB, LAUNCH, TABLE, TRIGGER, faults
from tests.deploy.templates import ENVIRONMENTS, Stacks

SECRETS = f"{EB}application:environmentsecrets"
FLEET = {(f"{EB}environment", "EnvironmentType"): "LoadBalanced"}


def test_the_table_has_all_namespaces_and_options() -> None:
    assert (len(TABLE), sum(map(len, TABLE.values()))) == (33, 165)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("image", ["", "ami-0123456789abcdef0"])
@pytest.mark.parametrize("carts", ["redis", "dynamodb"])
def test_both_tiers_have_only_options_that_aws_knows(stacks: Stacks, environment: str, image: str, carts: str) -> None:
    for tier in ("web", "worker"):
        assert faults(stacks.options(tier, environment, GoldenAmi=image, CartStore=carts)) == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_option_is_given_twice(stacks: Stacks, environment: str) -> None:
    for tier in ("web", "worker"):
        rows = stacks.properties(tier, tier.title(), environment)["OptionSettings"]
        keys = [(row["Namespace"], row["OptionName"]) for row in rows]
        assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({(f"{EB}sqsd", "HttpPaht"): "/x"}, f"{EB}sqsd HttpPaht: no such option"),
        ({("aws:nonsense", "A"): "b"}, "aws:nonsense: no such namespace"),
        ({("aws:autoscaling:asg", "MinSize"): 2}, "aws:autoscaling:asg MinSize: 2 is no string"),
        (
            {(f"{EB}environment:process:default", "DeregistrationDelay"): "9999"},
            f"{EB}environment:process:default DeregistrationDelay: 9999 is not within 0 and 3600",
        ),
        (
            {(f"{EB}healthreporting:system", "SystemType"): "best"},
            f"{EB}healthreporting:system SystemType: best is none of basic, enhanced",
        ),
        (
            {(SECRETS, "X"): "open"},
            f"{SECRETS} X: open is no ARN",
        ),
        (
            {(LAUNCH, "DisableDefaultEC2SecurityGroup"): "true"},
            "without the default group, instances need SecurityGroups",
        ),
        (
            {
                (f"{EB}managedactions", "ManagedActionsEnabled"): "true",
                (f"{EB}healthreporting:system", "SystemType"): "enhanced",
            },
            "managed updates need PreferredStartTime and UpdateLevel",
        ),
        ({(f"{EB}command", "DeploymentPolicy"): "Immutable"}, "this needs enhanced health"),
        ({(f"{EB}sqsd", "VisibilityTimeout"): "60"}, "InactivityTimeout must be shorter than VisibilityTimeout"),
        ({(TRIGGER, "Period"): "1"}, "BreachDuration must be Period times EvaluationPeriods"),
        ({("aws:autoscaling:asg", "MinSize"): "5"}, "MinSize is above MaxSize"),
    ],
)
def test_what_aws_would_refuse_is_found(settings: dict[tuple[str, str], object], fault: str) -> None:
    assert faults({**FLEET, **settings}) == [fault]


def test_a_single_instance_with_a_balancer_is_found() -> None:
    assert faults({("aws:elbv2:loadbalancer", "IdleTimeout"): "60"}) == ["a single instance has no load balancer"]
