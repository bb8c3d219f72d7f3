"""The stacks in an account in memory: made as the templates say, and read back from each service.

Elastic Beanstalk, backups and alarms exist there as far as moto knows them; test_options.py looks at what it ignores.
"""

import json
from collections.abc import Iterator, Mapping

import boto3
import pytest

from shared.server_address import read_address
from tests.deploy.account import account_in_memory
from tests.deploy.inventory import LEAST, Inventory
from tests.deploy.read_back import WITHOUT_ID
from tests.deploy.templates import DEPLOY, parameters_of


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("dev", marks=pytest.mark.long),
        pytest.param("test", marks=pytest.mark.long),
        "prod",
    ],
)
def built(request: pytest.FixtureRequest) -> Iterator[Inventory]:
    """Every stack of an environment, in the order of deploy/README.md."""
    with account_in_memory(request.param) as account:
        yield Inventory(request.param, account.create_all())


def test_everything_that_moto_can_make_is_really_there_and_the_documents_tell_how_much(built: Inventory) -> None:
    assert built.missing == built.unknown_to_moto
    assert built.share >= LEAST
    documents = (DEPLOY.parent / "docs/aws.md").read_text("utf-8")
    assert f"{built.told} of `{built.environment}`" in documents


def test_the_rules_of_groups_are_those_of_the_template(built: Inventory) -> None:
    tiers = ("WebGroup", "WorkerGroup")
    is_fleet = parameters_of(built.environment)["Mode"] == "ha"
    expected: Mapping[str, tuple[int, tuple[str, ...], list[str]]] = {
        "DatabaseGroup": (3306, tiers, []),
        "CacheGroup": (6379, tiers, []),
        "FilesGroup": (2049, tiers, []),
        "WebGroup": (80, ("BalancerGroup",), []) if is_fleet else (80, (), ["0.0.0.0/0"]),
        "WorkerGroup": (0, (), []),
    }
    for group, (port, callers, addresses) in expected.items():
        asked = boto3.client("ec2").describe_security_groups(GroupIds=[built.id_of("network", group)])
        rules = asked["SecurityGroups"][0]["IpPermissions"]
        known = {pair["GroupId"] for rule in rules for pair in rule["UserIdGroupPairs"]}
        assert known == {built.id_of("network", name) for name in callers}, group
        assert [row["CidrIp"] for rule in rules for row in rule["IpRanges"]] == addresses, group
        assert {rule["FromPort"] for rule in rules} == ({port} if port else set()), group


def test_a_message_that_fails_five_times_is_in_the_dead_letter_queue(built: Inventory) -> None:
    sqs, url = boto3.client("sqs"), built.id_of("data-queues", "Orders")
    sqs.send_message(QueueUrl=url, MessageBody="no order")

    for _ in range(6):
        sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, WaitTimeSeconds=0)

    (dead,) = sqs.receive_message(QueueUrl=built.id_of("data-queues", "OrdersDead"))["Messages"]
    assert dead["Body"] == "no order"


def test_queues_are_encrypted_and_hide_messages_as_long_as_celery_thinks(built: Inventory) -> None:
    sqs = boto3.client("sqs")
    for name in ("Orders", "Documents", "Media"):
        found = sqs.get_queue_attributes(QueueUrl=built.id_of("data-queues", name), AttributeNames=["All"])[
            "Attributes"
        ]
        assert (found["VisibilityTimeout"], found["SqsManagedSseEnabled"].lower()) == ("60", "true")


def test_the_database_is_encrypted_protected_and_private(built: Inventory) -> None:
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


def test_the_cache_is_encrypted_on_disk_and_wire(built: Inventory) -> None:
    (found,) = boto3.client("elasticache").describe_replication_groups()["ReplicationGroups"]

    assert (found["TransitEncryptionEnabled"], found["AtRestEncryptionEnabled"]) == (True, True)
    assert (found["MultiAZ"] == "enabled") == (built.environment != "dev")


def test_addresses_lead_to_a_server_and_to_a_secret_that_the_shop_can_read(built: Inventory) -> None:
    exports = {row["Name"]: row["Value"] for row in boto3.client("cloudformation").list_exports()["Exports"]}
    name = parameters_of(built.environment)["Name"]
    writer, redis = (read_address(exports[f"{name}-{url}"]) for url in ("DatabaseWriterUrl", "RedisUrl"))

    assert (writer.is_encrypted, writer.port, writer.path) == (True, 3306, "shop")
    assert (redis.is_encrypted, redis.port, redis.path) == (True, 6379, "0")
    assert writer.signed(writer.password.read())[0] == "shop"
    assert len(writer.password.read().password) == 40
    assert (redis.password.read().user, len(redis.password.read().password)) == ("", 64)


def test_files_of_a_fleet_are_encrypted_and_lie_in_each_zone(built: Inventory) -> None:
    efs, given = boto3.client("efs"), parameters_of(built.environment)
    systems = efs.describe_file_systems()["FileSystems"]

    assert [system["Encrypted"] for system in systems] == ([] if given["MediaStore"] == "ebs" else [True])
    for system in systems:
        targets = efs.describe_mount_targets(FileSystemId=system["FileSystemId"])["MountTargets"]
        assert len(targets) == int(given["Zones"])


def test_every_name_in_a_policy_is_filled_in(built: Inventory) -> None:
    iam = boto3.client("iam")
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId="v1")["PolicyVersion"]
        text = json.dumps(version["Document"])
        assert [sign for sign in ("Fn::", "${", "None", '"Ref"') if sign in text] == [], policy["PolicyName"]


def test_every_alarm_has_its_action(built: Inventory) -> None:
    found = boto3.client("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]

    assert len(found) == sum(kind == "AWS::CloudWatch::Alarm" for kind, _ in built.all.values())
    assert {tuple(alarm["AlarmActions"]) for alarm in found} == {(built.id_of("alarms", "Alarms"),)}


def test_environments_run_the_version_that_was_asked_for(built: Inventory) -> None:
    found = boto3.client("elasticbeanstalk").describe_environments()["Environments"]
    name = parameters_of(built.environment)["Name"]

    tiers = ("web",) if built.environment == "dev" else ("web", "worker")
    assert {row["EnvironmentName"] for row in found} == {f"{name}-{tier}" for tier in tiers}


def test_only_rules_of_groups_have_no_id(built: Inventory) -> None:
    assert {kind for kind, physical_id in built.all.values() if not physical_id} == set(WITHOUT_ID)
