"""What the shop must not lose is copied, protected, and kept when a stack goes; and it comes back."""

from tests.deploy.mutations import change, reddens, remove
from tests.deploy.templates import Stacks

KEPT = {"Retain", "RetainExceptOnCreate", "Snapshot"}


@reddens(
    remove("data:Cluster/DeletionPolicy"),
    change("data:Instance/UpdateReplacePolicy", "Delete"),
    remove("data:Cache/UpdateReplacePolicy"),
    remove("data:Carts/DeletionPolicy"),
    remove("data:DatabasePassword/DeletionPolicy"),
)
def test_database_cache_carts_and_passwords_outlive_their_stack(stacks: Stacks) -> None:
    single, fleet = stacks.resources("data", "dev"), stacks.resources("data", CartStore="dynamodb")

    for item in (single["Instance"], fleet["Cluster"], fleet["Cache"], fleet["Carts"]):
        assert {item.get("DeletionPolicy"), item.get("UpdateReplacePolicy")} <= KEPT
    for name in ("DatabasePassword", "CookieSecrets", "PaymentSecret"):
        policies = (fleet[name].get("DeletionPolicy"), fleet[name].get("UpdateReplacePolicy"))
        assert policies == ("RetainExceptOnCreate", "Retain")


@reddens(remove("data-files:Files/DeletionPolicy"), change("data-files:Disk/DeletionPolicy", "Delete"))
def test_files_and_releases_outlive_their_stack(stacks: Stacks) -> None:
    items = stacks.resources("data-files")
    disks = (
        stacks.resources("data-files", "dev")["Disk"],
        stacks.resources("data-files", "dev", MediaSnapshot="snap-1")["DiskOfSnapshot"],
    )

    for item in (items["Files"], items["Releases"], items["AccessLogs"], items["BackupVault"], *disks):
        assert {item.get("DeletionPolicy"), item.get("UpdateReplacePolicy")} <= KEPT


NAMES = ("Name", "BucketName", "BackupVaultName", "TableName", "QueueName", "LogGroupName")


@reddens(
    change("data:DatabasePassword/DeletionPolicy", "Retain"),
    change("data-files:Releases/DeletionPolicy", "Retain"),
    change("data-files:BackupVault/DeletionPolicy", "Retain"),
)
def test_a_first_creation_that_fails_leaves_no_name_taken(stacks: Stacks) -> None:
    for template in set(stacks.templates) - {"dns"}:  # its zone is found by the domain, and is put to use again
        for name, item in stacks.templates[template]["Resources"].items():
            if set(NAMES) & set(item.get("Properties", {})):
                assert item.get("DeletionPolicy") != "Retain", name


@reddens(change("data:Cluster.DeletionProtection", False), remove("data:Carts.DeletionProtectionEnabled"))
def test_production_refuses_to_delete_database_and_carts(stacks: Stacks) -> None:
    assert stacks.properties("data", "Cluster")["DeletionProtection"] == "true"
    assert stacks.properties("data", "Instance", Database="rds-standby")["DeletionProtection"] == "true"
    assert stacks.properties("data", "Carts", CartStore="dynamodb")["DeletionProtectionEnabled"] == "true"


@reddens(change("data:Cluster.BackupRetentionPeriod", 1), remove("data:Instance.BackupRetentionPeriod"))
def test_production_can_go_back_to_any_second_of_two_weeks(stacks: Stacks) -> None:
    assert int(stacks.properties("data", "Cluster")["BackupRetentionPeriod"]) >= 14
    assert int(stacks.properties("data", "Instance", "dev")["BackupRetentionPeriod"]) >= 7


@reddens(remove("data:Cluster.BacktrackWindow"))
def test_aurora_can_be_wound_back_for_a_day(stacks: Stacks) -> None:
    assert stacks.properties("data", "Cluster")["BacktrackWindow"] == 86400


@reddens(remove("data:Carts.PointInTimeRecoverySpecification"))
def test_carts_in_dynamodb_can_be_wound_back(stacks: Stacks) -> None:
    carts = stacks.properties("data", "Carts", CartStore="dynamodb")

    assert carts["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


@reddens(change("data:Cache.SnapshotRetentionLimit", 0))
def test_the_cache_is_copied_each_day(stacks: Stacks) -> None:
    assert stacks.properties("data", "Cache")["SnapshotRetentionLimit"] == 5


@reddens(
    change("data:CacheSettings.Properties.maxmemory-policy", "allkeys-lru"),
    remove("data:Cache.CacheParameterGroupName"),
)
def test_a_full_cache_evicts_no_cart(stacks: Stacks) -> None:
    assert stacks.properties("data", "CacheSettings")["Properties"] == {"maxmemory-policy": "noeviction"}
    assert stacks.properties("data", "Cache")["CacheParameterGroupName"] == {"Ref": "CacheSettings"}


@reddens(remove("data-files:Files.BackupPolicy"))
def test_files_are_copied_each_day(stacks: Stacks) -> None:
    assert stacks.properties("data-files", "Files")["BackupPolicy"] == {"Status": "ENABLED"}


@reddens(
    remove("data-files:BackupSelection.BackupSelection.Resources.0"),
    remove("data-files:BackupPlan.BackupPlan.BackupPlanRule.0.ScheduleExpression"),
)
def test_database_and_files_are_copied_at_the_same_hour(stacks: Stacks) -> None:
    for environment, files in (("prod", "file-system"), ("dev", "volume")):
        resources = stacks.properties("data-files", "BackupSelection", environment)["BackupSelection"]["Resources"]
        assert resources[0] == "import:DatabaseArn"
        assert f":{files}/" in resources[1]
    (rule,) = stacks.properties("data-files", "BackupPlan")["BackupPlan"]["BackupPlanRule"]
    assert (rule["ScheduleExpression"], rule["Lifecycle"]) == ("cron(0 3 * * ? *)", {"DeleteAfterDays": "35"})


@reddens(remove("data-files:Releases.VersioningConfiguration"))
def test_a_release_is_never_overwritten(stacks: Stacks) -> None:
    assert stacks.properties("data-files", "Releases")["VersioningConfiguration"] == {"Status": "Enabled"}


@reddens(remove("data:Cluster.SnapshotIdentifier"), change("data:Cluster.MasterUsername", "shop"))
def test_aurora_is_restored_from_a_snapshot_with_the_password_that_was_kept(stacks: Stacks) -> None:
    given = {"DatabaseSnapshot": "snap", "DatabaseSecret": "arn:kept"}
    cluster = stacks.properties("data", "Cluster", **given)

    assert cluster["SnapshotIdentifier"] == "snap"
    assert not {"MasterUsername", "MasterUserPassword", "DatabaseName"} & set(cluster)
    assert "DatabasePassword" not in stacks.resources("data", **given)
    assert stacks.outputs("data", **given)["DatabaseWriterUrl"].endswith("&secret=arn:kept")
    assert stacks.outputs("data", **given)["DatabaseSecret"] == "arn:kept"


@reddens(remove("data:Instance.DBSnapshotIdentifier"), change("data:Instance.DBName", "shop"))
def test_rds_is_restored_from_a_snapshot(stacks: Stacks) -> None:
    instance = stacks.properties("data", "Instance", "dev", DatabaseSnapshot="snap", DatabaseSecret="arn:kept")

    assert instance["DBSnapshotIdentifier"] == "snap"
    assert not {"MasterUsername", "MasterUserPassword", "DBName"} & set(instance)


@reddens(remove("data-files:DiskOfSnapshot.SnapshotId"), remove("data-files:Disk/Condition"))
def test_the_disk_is_restored_from_a_snapshot(stacks: Stacks) -> None:
    disks = stacks.of_type("data-files", "AWS::EC2::Volume", "dev", MediaSnapshot="snap-1")

    assert list(disks) == ["DiskOfSnapshot"]
    assert disks["DiskOfSnapshot"]["SnapshotId"] == "snap-1"


@reddens(change("data-files:MountTargetA.FileSystemId", {"Ref": "Files"}), remove("data-files:Files/Condition"))
def test_files_are_restored_from_a_recovery_point(stacks: Stacks) -> None:
    items = stacks.resources("data-files", RestoredFileSystem="fs-12345678")

    assert "Files" not in items
    users = [item for item in items.values() if item["Type"] in ("AWS::EFS::MountTarget", "AWS::EFS::AccessPoint")]
    assert [item["Properties"]["FileSystemId"] for item in users] == ["fs-12345678"] * 5


@reddens(
    remove("web:[aws:elasticbeanstalk:application:environment]EFS_RESTORED"),
    change("worker:[aws:elasticbeanstalk:application:environment]EFS_RESTORED", ""),
)
def test_instances_know_that_their_files_are_restored(stacks: Stacks) -> None:
    for tier in ("web", "worker"):
        key = ("aws:elasticbeanstalk:application:environment", "EFS_RESTORED")
        assert stacks.options(tier, RestoredFileSystem="fs-12345678")[key] == "true"
        assert key not in stacks.options(tier)


@reddens(
    change("data-queues:Jobs.MessageRetentionPeriod", 60), change("data-queues:JobsDead.MessageRetentionPeriod", 60)
)
def test_messages_are_kept_for_two_weeks(stacks: Stacks) -> None:
    for queue in stacks.of_type("data-queues", "AWS::SQS::Queue").values():
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600


@reddens(remove("data-queues:Media.RedrivePolicy"), change("data-queues:Jobs.RedrivePolicy.maxReceiveCount", 50))
def test_what_fails_five_times_is_put_aside(stacks: Stacks) -> None:
    queues = stacks.of_type("data-queues", "AWS::SQS::Queue")

    for name, queue in queues.items():
        if not name.endswith("Dead"):
            aside = {"deadLetterTargetArn": {"Fn::GetAtt": [f"{name}Dead", "Arn"]}, "maxReceiveCount": 5}
            assert queue["RedrivePolicy"] == aside
