"""There is an alarm for each way the shop can hurt, and each tells somebody what to do."""

import json
import re
from typing import Any

from tests.deploy.mutations import change, reddens, remove
from tests.deploy.templates import DEPLOY, Stacks

ALARM = "AWS::CloudWatch::Alarm"
RUNBOOK = DEPLOY.parent / "docs" / "runbook-aws.md"
QUEUES = {"orders", "documents", "media", "jobs", "mail-events"}
WAYS_TO_HURT = {  # alarm → its threshold, whose reason stands on its page of the runbook
    "queue-orders": 120,
    "queue-documents": 300,
    "queue-media": 900,
    "queue-jobs": 600,
    "queue-mail-events": 600,
    **{f"dead-{queue}": 0 for queue in QUEUES},
    "errors-5xx": 5,
    "slow-pages": 1,
    "web-health": 20,
    "worker-health": 20,
    "outbox": 120,
    "dead-steps": 0,
    "steps-overdue": 0,
    "mails-unsure": 0,
    "pool-waiting": 50,
    "database-cpu": 80,
    "database-connections": 400,
    "database-memory": 200_000_000,
    "database-disk": 4_000_000_000,
    "replica-lag": 1000,
    "cache-cpu": 70,
    "cache-memory": 75,
    "cache-evictions": 0,
    "cache-lag": 10,
    "files-busy": 90,
    "mail-bounces": 0.05,
    "mail-complaints": 0.001,
    "certificate": 20,
    "empty-polls": 2000,
}


def alarms(stacks: Stacks, environment: str = "prod") -> dict[str, dict[str, Any]]:
    return stacks.of_type("alarms", ALARM, environment)


def watched(stacks: Stacks, environment: str = "prod") -> set[tuple[str, str]]:
    """(namespace, metric) of everything that has an alarm."""
    return {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms(stacks, environment).values()}


@reddens(remove("alarms:Slow.AlarmActions"), change("alarms:Slow.AlarmActions", []), remove("alarms:AlarmsByMail"))
def test_every_alarm_tells_somebody(stacks: Stacks) -> None:
    for environment in ("dev", "prod"):
        for alarm in alarms(stacks, environment).values():
            assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "Alarms"}]
    assert stacks.properties("alarms", "AlarmsByMail")["Endpoint"] == "alarms@example.com"


@reddens(remove("alarms:Slow.TreatMissingData"), change("alarms:Slow.TreatMissingData", "missing"))
def test_every_alarm_says_what_silence_means(stacks: Stacks) -> None:
    assert {alarm["TreatMissingData"] for alarm in alarms(stacks).values()} == {"notBreaching", "breaching"}


@reddens(change("alarms:WebHealth.TreatMissingData", "notBreaching"))
def test_a_part_that_says_nothing_is_not_well(stacks: Stacks) -> None:
    loud = {name for name, alarm in alarms(stacks).items() if alarm["TreatMissingData"] == "breaching"}

    assert loud == {"WebHealth", "WorkerHealth", "DatabaseCpu", "CacheCpu"}


@reddens(
    change("alarms:DatabaseDisk.Threshold", 1),
    remove("alarms:StepsOverdue"),
    change("alarms:Outbox.AlarmName", "shop-prod-steps"),
)
def test_every_way_to_hurt_has_its_alarm_at_its_threshold(stacks: Stacks) -> None:
    found = {
        alarm["AlarmName"].removeprefix(f"shop-{environment}-"): alarm["Threshold"]
        for environment in ("prod", "test")
        for alarm in alarms(stacks, environment).values()
    }

    assert found == WAYS_TO_HURT


@reddens(change("alarms:Slow.AlarmDescription", "slow"), change("alarms:Slow.AlarmName", "shop-prod-nowhere"))
def test_every_alarm_has_its_page_in_the_runbook(stacks: Stacks) -> None:
    pages = set(re.findall(r"^### (\S+)$", RUNBOOK.read_text("utf-8"), re.MULTILINE))
    names = {alarm["AlarmName"].removeprefix("shop-prod-") for alarm in alarms(stacks).values()}
    names |= {alarm["AlarmName"].removeprefix("shop-test-") for alarm in alarms(stacks, "test").values()}

    assert names | {"budget"} == pages
    for alarm in alarms(stacks).values():
        assert alarm["AlarmDescription"].endswith(f"#{alarm['AlarmName'].removeprefix('shop-prod-')}")


def test_every_page_of_the_runbook_says_what_it_means_what_to_look_at_and_what_to_do() -> None:
    _, *pages = re.split(r"^### ", RUNBOOK.read_text("utf-8"), flags=re.MULTILINE)

    for page in pages:
        assert [word for word in ("**Means:**", "**Look:**", "**Do:**") if word not in page] == [], page.splitlines()[0]


@reddens(remove("alarms:MediaWait"), change("alarms:JobsWait.MetricName", "NumberOfMessagesSent"))
def test_each_queue_has_an_alarm_for_the_age_of_its_oldest_message(stacks: Stacks) -> None:
    ages = [alarm for alarm in alarms(stacks).values() if alarm["MetricName"] == "ApproximateAgeOfOldestMessage"]

    assert {alarm["Dimensions"][0]["Value"] for alarm in ages} == {f"shop-prod-{queue}" for queue in QUEUES}


@reddens(remove("alarms:OrdersDead"), change("alarms:MediaDead.Threshold", 1))
def test_one_dead_letter_is_enough(stacks: Stacks) -> None:
    dead = [alarm for alarm in alarms(stacks).values() if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"]

    assert {alarm["Dimensions"][0]["Value"] for alarm in dead} == {f"shop-prod-{queue}-dead" for queue in QUEUES}
    assert {(alarm["Threshold"], alarm["ComparisonOperator"]) for alarm in dead} == {(0, "GreaterThanThreshold")}


@reddens(remove("alarms:Errors"), change("alarms:Slow.MetricName", "ApplicationLatencyP50"), remove("alarms:WebHealth"))
def test_what_shoppers_see_has_alarms(stacks: Stacks) -> None:
    metrics = {"ApplicationRequests5xx", "ApplicationLatencyP99", "EnvironmentHealth"}

    for environment in ("dev", "prod"):
        assert {("AWS/ElasticBeanstalk", metric) for metric in metrics} <= watched(stacks, environment)


@reddens(remove("alarms:WorkerHealth"), change("alarms:WorkerHealth.Threshold", 25))
def test_degraded_is_enough_in_both_tiers(stacks: Stacks) -> None:
    health = [alarm for alarm in alarms(stacks).values() if alarm["MetricName"] == "EnvironmentHealth"]

    assert {alarm["Dimensions"][0]["Value"] for alarm in health} == {"shop-prod-web", "shop-prod-worker"}
    assert {alarm["Threshold"] for alarm in health} == {20}


@reddens(
    remove("alarms:Outbox"), remove("alarms:DeadSteps"), remove("alarms:StepsOverdue"), remove("alarms:MailsUnsure")
)
def test_what_the_shop_says_of_itself_has_alarms(stacks: Stacks) -> None:
    metrics = {"outbox_oldest_age_seconds", "steps", "steps_overdue", "mails_unsure", "pool_waiting"}

    assert {("shop-prod", metric) for metric in metrics} <= watched(stacks)


@reddens(change("alarms:Outbox.Dimensions.0.Name", "instance"), change("alarms:DeadSteps.MetricName", "steps_dead"))
def test_the_agent_sends_the_metrics_that_alarms_look_at(stacks: Stacks) -> None:
    agent = json.loads((DEPLOY / "beanstalk-web/metrics/agent.json").read_text("utf-8"))
    declared = agent["logs"]["metrics_collected"]["prometheus"]["emf_processor"]["metric_declaration"]
    sent = {
        (selector.strip("^$"), frozenset(dimensions))
        for row in declared
        for selector in row["metric_selectors"]
        for dimensions in row["dimensions"]
    }

    own = [alarm for alarm in alarms(stacks).values() if alarm["Namespace"] == "shop-prod"]
    asked = {(alarm["MetricName"], frozenset(row["Name"] for row in alarm["Dimensions"])) for alarm in own}
    assert asked <= sent


@reddens(remove("alarms:DatabaseCpu"), remove("alarms:DatabaseMemory"), remove("alarms:DatabaseConnections"))
def test_the_database_has_alarms(stacks: Stacks) -> None:
    metrics = {"CPUUtilization", "DatabaseConnections", "FreeableMemory"}

    for environment in ("dev", "test", "prod"):
        assert {("AWS/RDS", metric) for metric in metrics} <= watched(stacks, environment)


@reddens(remove("alarms:ReplicaLag"), remove("alarms:DatabaseDisk"))
def test_what_only_one_kind_of_database_has_is_watched_there(stacks: Stacks) -> None:
    assert ("AWS/RDS", "AuroraReplicaLagMaximum") in watched(stacks)
    assert ("AWS/RDS", "FreeStorageSpace") in watched(stacks, "test")


@reddens(remove("alarms:CacheEvictions"), remove("alarms:CacheMemory"), remove("alarms:CacheLag"))
def test_the_cache_has_alarms(stacks: Stacks) -> None:
    metrics = {"EngineCPUUtilization", "DatabaseMemoryUsagePercentage", "Evictions", "ReplicationLag"}

    assert {("AWS/ElastiCache", metric) for metric in metrics} <= watched(stacks)


@reddens(remove("alarms:FilesBusy"), remove("alarms:CertificateAge"))
def test_files_and_certificate_have_alarms(stacks: Stacks) -> None:
    assert {("AWS/EFS", "PercentIOLimit"), ("AWS/CertificateManager", "DaysToExpiry")} <= watched(stacks)


@reddens(change("alarms:Bounces.Threshold", 0.1), change("alarms:Complaints.Threshold", 0.01))
def test_we_hear_of_bounces_and_complaints_before_ses_stops_us(stacks: Stacks) -> None:
    assert alarms(stacks)["Bounces"]["Threshold"] < 0.1
    assert alarms(stacks)["Complaints"]["Threshold"] < 0.005


@reddens(remove("alarms:Budget"), remove("alarms:EmptyPolls"))
def test_cost_is_watched(stacks: Stacks) -> None:
    budget = stacks.properties("alarms", "Budget")

    assert budget["Budget"]["BudgetLimit"] == {"Amount": "2000", "Unit": "USD"}
    kinds = [row["Notification"]["NotificationType"] for row in budget["NotificationsWithSubscribers"]]
    assert kinds == ["ACTUAL", "FORECASTED"]
    assert ("AWS/SQS", "NumberOfEmptyReceives") in watched(stacks)


@reddens(remove("alarms:Dashboard"), change("alarms:Dashboard.DashboardBody", "{"))
def test_one_screen_shows_it_all(stacks: Stacks) -> None:
    screen = json.loads(stacks.properties("alarms", "Dashboard")["DashboardBody"])

    text, *graphs = screen["widgets"]
    assert "runbook-aws.md" in text["properties"]["markdown"]
    assert len(graphs) == 9
    assert all(graph["x"] >= 0 and graph["x"] + graph["width"] <= 24 for graph in graphs)
