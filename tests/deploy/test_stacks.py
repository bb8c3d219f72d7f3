"""The stacks in an account in memory: made as the templates say, and read back from each service.

Elastic Beanstalk, backups and alarms exist there as far as moto knows them; test_options.py looks at what it ignores.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import boto3
import pytest

from shared.server_address import read_address
from tests.deploy.account import ORDER, account_in_memory
from tests.deploy.moto_types import LACKING
from tests.deploy.read_back import WITHOUT_ID, absent
from tests.deploy.templates import parameters_of

Made = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Built:
    environment: str
    stacks: Mapping[str, Made]

    @property
    def all(self) -> Made:
        return {f"{stack}.{name}": about for stack, made in self.stacks.items() for name, about in made.items()}

    def id_of(self, stack: str, name: str) -> str:
        return self.stacks[stack][name][1]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("dev", marks=pytest.mark.long),
        pytest.param("test", marks=pytest.mark.long),
        "prod",
    ],
)
def built(request: pytest.FixtureRequest) -> Iterator[Built]:
    """Every stack of an environment, in the order of deploy/README.md."""
    has_workers = parameters_of(request.param)["MediaStore"] == "efs"
    stacks = [stack for stack in ORDER if stack != "worker" or has_workers]
    with account_in_memory(request.param) as account:
        for stack in stacks:
            account.create(stack)
        yield Built(request.param, {stack: account.made(stack) for stack in stacks})


def test_everything_that_moto_can_make_is_really_there(built: Built) -> None:
    known = {name: about for name, about in built.all.items() if about[0] not in LACKING}

    assert absent(known) == []
    assert len(known) >= 0.95 * len(built.all)


def test_the_rules_of_groups_are_those_of_the_template(built: Built) -> None:
    for group, port in (("DatabaseGroup", 3306), ("CacheGroup", 6379), ("FilesGroup", 2049)):
        (found,) = boto3.client("ec2").describe_security_groups(GroupIds=[built.id_of("network", group)])[
            "SecurityGroups"
        ]
        callers = {pair["GroupId"] for rule in found["IpPermissions"] for pair in rule["UserIdGroupPairs"]}
        assert callers == {built.id_of("network", name) for name in ("WebGroup", "WorkerGroup")}
        assert {rule["FromPort"] for rule in found["IpPermissions"]} == {port}
        assert [rule["IpRanges"] for rule in found["IpPermissions"]] == [[]] * len(found["IpPermissions"])


def test_a_message_that_fails_five_times_is_in_the_dead_letter_queue(built: Built) -> None:
    sqs, url = boto3.client("sqs"), built.id_of("data-queues", "Orders")
    sqs.send_message(QueueUrl=url, MessageBody="no order")

    for _ in range(6):
        sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, WaitTimeSeconds=0)

    (dead,) = sqs.receive_message(QueueUrl=built.id_of("data-queues", "OrdersDead"))["Messages"]
    assert dead["Body"] == "no order"


def test_queues_are_encrypted_and_hide_messages_as_long_as_celery_thinks(built: Built) -> None:
    sqs = boto3.client("sqs")
    for name in ("Orders", "Documents", "Media"):
        found = sqs.get_queue_attributes(QueueUrl=built.id_of("data-queues", name), AttributeNames=["All"])[
            "Attributes"
        ]
        assert (found["VisibilityTimeout"], found["SqsManagedSseEnabled"].lower()) == ("60", "true")


def test_the_database_is_encrypted_protected_and_private(built: Built) -> None:
    rds, given = boto3.client("rds"), parameters_of(built.environment)
    is_protected = given["Protected"] == "true"
    if built.environment == "prod":
        (found,) = rds.describe_db_clusters()["DBClusters"]
        assert (found["Engine"], found["BackupRetentionPeriod"]) == ("aurora-mysql", 14)
        assert {row["DBInstanceClass"] for row in rds.describe_db_instances()["DBInstances"]} == {"db.r6g.large"}
    else:
        (found,) = rds.describe_db_instances()["DBInstances"]
        assert (found["Engine"], found["MultiAZ"]) == ("mysql", built.environment == "test")
        assert found["PubliclyAccessible"] is False
    assert (found["StorageEncrypted"], found["DeletionProtection"]) == (True, is_protected)


def test_the_cache_is_encrypted_on_disk_and_wire(built: Built) -> None:
    (found,) = boto3.client("elasticache").describe_replication_groups()["ReplicationGroups"]

    assert (found["TransitEncryptionEnabled"], found["AtRestEncryptionEnabled"]) == (True, True)
    assert (found["MultiAZ"] == "enabled") == (built.environment != "dev")


def test_addresses_lead_to_a_server_and_to_a_secret_that_the_shop_can_read(built: Built) -> None:
    exports = {row["Name"]: row["Value"] for row in boto3.client("cloudformation").list_exports()["Exports"]}
    name = parameters_of(built.environment)["Name"]
    writer, redis = (read_address(exports[f"{name}-{url}"]) for url in ("DatabaseWriterUrl", "RedisUrl"))

    assert (writer.is_encrypted, writer.port, writer.path) == (True, 3306, "shop")
    assert (redis.is_encrypted, redis.port, redis.path) == (True, 6379, "0")
    assert writer.signed(writer.password.read())[0] == "shop"
    assert len(writer.password.read().password) == 40
    assert (redis.password.read().user, len(redis.password.read().password)) == ("", 64)


def test_files_of_a_fleet_are_encrypted_and_lie_in_each_zone(built: Built) -> None:
    efs, given = boto3.client("efs"), parameters_of(built.environment)
    systems = efs.describe_file_systems()["FileSystems"]

    assert [system["Encrypted"] for system in systems] == ([] if given["MediaStore"] == "ebs" else [True])
    for system in systems:
        targets = efs.describe_mount_targets(FileSystemId=system["FileSystemId"])["MountTargets"]
        assert len(targets) == int(given["Zones"])


def test_every_name_in_a_policy_is_filled_in(built: Built) -> None:
    iam = boto3.client("iam")
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId="v1")["PolicyVersion"]
        text = json.dumps(version["Document"])
        assert [sign for sign in ("Fn::", "${", "None", '"Ref"') if sign in text] == [], policy["PolicyName"]


def test_every_alarm_has_its_action(built: Built) -> None:
    found = boto3.client("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]

    assert len(found) == sum(kind == "AWS::CloudWatch::Alarm" for kind, _ in built.all.values())
    assert {tuple(alarm["AlarmActions"]) for alarm in found} == {(built.id_of("alarms", "Alarms"),)}


def test_environments_run_the_version_that_was_asked_for(built: Built) -> None:
    found = boto3.client("elasticbeanstalk").describe_environments()["Environments"]
    name = parameters_of(built.environment)["Name"]

    tiers = ("web",) if built.environment == "dev" else ("web", "worker")
    assert {row["EnvironmentName"] for row in found} == {f"{name}-{tier}" for tier in tiers}


def test_only_rules_of_groups_have_no_id(built: Built) -> None:
    assert {kind for kind, physical_id in built.all.values() if not physical_id} == set(WITHOUT_ID)
