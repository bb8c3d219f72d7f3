"""docs/cost.md is what its script makes, of what the templates have."""

from dataclasses import replace

import pytest

from deploy.cost.__main__ import PAGE
from deploy.cost.figures import read_figures
from deploy.cost.idle import idle_month
from deploy.cost.limits import limits
from deploy.cost.orders import TooMany, thousand_orders
from deploy.cost.page import page
from tests.deploy.options import LAUNCH
from tests.deploy.templates import ENVIRONMENTS, Stacks


def dollars(environment: str, rate: float) -> dict[str, float]:
    return {part.name: part.dollars for part in thousand_orders(read_figures(environment), rate)}


def test_the_page_is_what_the_script_makes() -> None:
    assert PAGE.read_text("utf-8") == page(read_figures("dev"), read_figures("prod"))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_is_counted_stands_in_the_templates(stacks: Stacks, environment: str) -> None:
    figures = read_figures(environment)
    alarms = stacks.of_type("alarms", "AWS::CloudWatch::Alarm", environment)
    secrets = stacks.of_type("data", "AWS::SecretsManager::Secret", environment)
    endpoints = stacks.of_type("network", "AWS::EC2::VPCEndpoint", "prod").values()

    root_disks = {stacks.options(tier, environment)[LAUNCH, "RootVolumeSize"] for tier in ("web", "worker")}

    assert len(alarms) == figures.of_environment("alarms")
    assert root_disks == {f"{figures.used('root disk GB'):g}"}
    assert len(secrets) == figures.used("secrets")
    assert len([each for each in endpoints if each["VpcEndpointType"] == "Interface"]) == figures.used("endpoints")


def test_a_database_with_a_standby_is_paid_for_twice() -> None:
    alone = read_figures("dev")
    standby = replace(alone, parameters={**alone.parameters, "Database": "rds-standby"})

    once, twice = ({part.name: part.dollars for part in idle_month(of)}["database"] for of in (alone, standby))

    assert once == pytest.approx(0.019 * 730 + 20 * 0.137)
    assert twice == pytest.approx(2 * once)


def test_what_stands_there_anyway_is_shared_by_more_orders_and_a_mail_by_none() -> None:
    slow, fast = dollars("prod", 1), dollars("prod", 10)

    assert slow["what stands there anyway"] == pytest.approx(10 * fast["what stands there anyway"])
    assert slow["mails"] == fast["mails"] == pytest.approx(2 * 0.1 + 0.06 * 0.12)


def test_a_rate_that_no_writer_bears_has_no_price() -> None:
    with pytest.raises(TooMany):
        thousand_orders(read_figures("prod"), 10_000)


def test_what_breaks_first_is_told_first() -> None:
    found = [limit.orders_per_s for limit in limits(read_figures("prod"))]

    assert found == sorted(found)
    assert found[0] == 7
