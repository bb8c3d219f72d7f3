"""What lies on a disk is encrypted."""

from tests.deploy.mutations import change, reddens, remove
from tests.deploy.templates import Stacks


@reddens(change("data:Cluster.StorageEncrypted", False), remove("data:Cluster.StorageEncrypted"))
def test_the_disks_of_aurora_are_encrypted(stacks: Stacks) -> None:
    assert stacks.properties("data", "Cluster")["StorageEncrypted"] is True


@reddens(change("data:Instance.StorageEncrypted", False), remove("data:Instance.StorageEncrypted"))
def test_the_disk_of_rds_is_encrypted(stacks: Stacks) -> None:
    assert stacks.properties("data", "Instance", "test")["StorageEncrypted"] is True


@reddens(remove("data:Cache.AtRestEncryptionEnabled"))
def test_carts_are_encrypted_in_the_cache(stacks: Stacks) -> None:
    assert stacks.properties("data", "Cache")["AtRestEncryptionEnabled"] is True


@reddens(change("data-files:Files.Encrypted", False))
def test_pictures_and_documents_are_encrypted(stacks: Stacks) -> None:
    assert stacks.properties("data-files", "Files")["Encrypted"] is True


@reddens(remove("data-files:Disk.Encrypted"), change("data-files:DiskOfSnapshot.Encrypted", False))
def test_the_disk_of_the_one_instance_is_encrypted_also_when_restored(stacks: Stacks) -> None:
    assert stacks.properties("data-files", "Disk", "dev")["Encrypted"] is True
    assert stacks.properties("data-files", "DiskOfSnapshot", "dev", MediaSnapshot="snap-1")["Encrypted"] is True


@reddens(
    remove("data-queues:Orders.SqsManagedSseEnabled"),
    remove("data-queues:OrdersDead.SqsManagedSseEnabled"),
    change("data-queues:MailEvents.SqsManagedSseEnabled", False),
)
def test_every_queue_and_dead_letter_queue_is_encrypted(stacks: Stacks) -> None:
    queues = stacks.of_type("data-queues", "AWS::SQS::Queue")

    assert len(queues) == 10
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues.values())


@reddens(remove("data:Carts.SSESpecification"))
def test_carts_in_dynamodb_are_encrypted(stacks: Stacks) -> None:
    assert stacks.properties("data", "Carts", CartStore="dynamodb")["SSESpecification"] == {"SSEEnabled": True}


@reddens(remove("data-files:Releases.BucketEncryption"), remove("data-files:AccessLogs.BucketEncryption"))
def test_buckets_are_encrypted(stacks: Stacks) -> None:
    for bucket in stacks.of_type("data-files", "AWS::S3::Bucket").values():
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


@reddens(remove("alarms:Alarms.KmsMasterKeyId"), change("alarms:Alarms.KmsMasterKeyId", "alias/aws/sns"))
def test_alarms_are_encrypted_with_a_key_that_cloudwatch_may_use(stacks: Stacks) -> None:
    assert stacks.properties("alarms", "Alarms")["KmsMasterKeyId"] == {"Ref": "AlarmsKey"}


@reddens(change("alarms:AlarmsKey.EnableKeyRotation", False))
def test_our_key_is_rotated(stacks: Stacks) -> None:
    assert stacks.properties("alarms", "AlarmsKey")["EnableKeyRotation"] is True


@reddens(change("golden-ami:Recipe.BlockDeviceMappings.0.Ebs.Encrypted", False))
def test_the_golden_image_is_encrypted(stacks: Stacks) -> None:
    (disk,) = stacks.properties("golden-ami", "Recipe")["BlockDeviceMappings"]

    assert disk["Ebs"]["Encrypted"] is True
