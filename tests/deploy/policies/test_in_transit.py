"""What travels is encrypted, and who asks without is refused."""

from typing import Any
from urllib.parse import urlsplit

from tests.deploy.mutations import change, reddens, remove
from tests.deploy.templates import DEPLOY, Stacks

LISTENER = "aws:elbv2:listener:443"
UNENCRYPTED = {"Bool": {"aws:SecureTransport": "false"}}


def refused_unencrypted(policy: dict[str, Any]) -> list[Any]:
    """The resources of a policy that nobody reaches without encryption."""
    statements = policy["PolicyDocument"]["Statement"]
    found = [row for row in statements if row["Effect"] == "Deny" and row.get("Condition") == UNENCRYPTED]
    resources = [row["Resource"] for row in found if row["Principal"] == "*"]
    return [item for resource in resources for item in (resource if isinstance(resource, list) else [resource])]


@reddens(change(f"web:[{LISTENER}]Protocol", "HTTP"), remove(f"web:[{LISTENER}]ListenerEnabled"))
def test_shoppers_come_by_https(stacks: Stacks) -> None:
    for environment in ("test", "prod"):
        options = stacks.options("web", environment)
        assert (options[LISTENER, "Protocol"], options[LISTENER, "ListenerEnabled"]) == ("HTTPS", "true")


@reddens(change(f"web:[{LISTENER}]SSLPolicy", "ELBSecurityPolicy-2016-08"), remove(f"web:[{LISTENER}]SSLPolicy"))
def test_the_balancer_speaks_tls_1_2_and_1_3_only(stacks: Stacks) -> None:
    assert stacks.options("web")[LISTENER, "SSLPolicy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"


@reddens(remove(f"web:[{LISTENER}]SSLCertificateArns"))
def test_the_balancer_has_the_certificate_of_the_public_address(stacks: Stacks) -> None:
    assert stacks.options("web")[LISTENER, "SSLCertificateArns"] == "import:Certificate"
    assert stacks.properties("dns", "Certificate")["DomainName"] == "www.example.com"


@reddens(remove("data:ClusterSettings.Parameters.require_secure_transport"))
def test_aurora_refuses_connections_without_tls(stacks: Stacks) -> None:
    assert stacks.properties("data", "ClusterSettings")["Parameters"]["require_secure_transport"] == "ON"
    assert stacks.properties("data", "Cluster")["DBClusterParameterGroupName"] == {"Ref": "ClusterSettings"}


@reddens(
    change("data:InstanceSettings.Parameters.require_secure_transport", "0"),
    remove("data:Instance.DBParameterGroupName"),
)
def test_rds_refuses_connections_without_tls(stacks: Stacks) -> None:
    assert stacks.properties("data", "InstanceSettings", "dev")["Parameters"]["require_secure_transport"] == "1"
    assert stacks.properties("data", "Instance", "dev")["DBParameterGroupName"] == {"Ref": "InstanceSettings"}


@reddens(remove("data:Cache.TransitEncryptionEnabled"), change("data:Cache.TransitEncryptionMode", "preferred"))
def test_the_cache_refuses_connections_without_tls(stacks: Stacks) -> None:
    cache = stacks.properties("data", "Cache")

    assert (cache["TransitEncryptionEnabled"], cache["TransitEncryptionMode"]) == (True, "required")


@reddens(change("data:>RedisUrl", "redis://cache:6379/0"))
def test_the_shop_asks_the_cache_by_tls_and_with_a_password(stacks: Stacks) -> None:
    url = stacks.outputs("data")["RedisUrl"]

    assert url == "rediss://${Cache.PrimaryEndPoint.Address}:6379/0?secret=${CachePassword}"


@reddens(
    change("data:>DatabaseWriterUrl", "mysql://writer:3306/shop"),
    change("data:>DatabaseReaderUrl", "mysql://reader:3306/shop"),
)
def test_the_shop_asks_the_database_by_tls_and_knows_its_authorities(stacks: Stacks) -> None:
    hook = (DEPLOY / "beanstalk-both/.platform/hooks/prebuild/30_certificates.sh").read_text("utf-8")
    brought = "/etc/myclothes/rds.pem"

    assert f"RDS_CERTIFICATES:-{brought}" in hook
    for environment, names in (("prod", ["DatabaseWriterUrl", "DatabaseReaderUrl"]), ("dev", ["DatabaseWriterUrl"])):
        outputs = stacks.outputs("data", environment)
        assert [name for name in outputs if name.endswith(("WriterUrl", "ReaderUrl"))] == names
        assert {urlsplit(outputs[name]).query for name in names} == {f"ca={brought}&secret=${{Secret}}"}


@reddens(change("data:>DatabaseWriterUrl", "mysql://shop:password@writer:3306/shop?ca=x&secret=y"))
def test_no_address_carries_a_password(stacks: Stacks) -> None:
    outputs = stacks.outputs("data")

    for name in ("DatabaseWriterUrl", "DatabaseReaderUrl", "RedisUrl"):
        assert "@" not in outputs[name]
        assert "resolve:" not in outputs[name]


@reddens(remove("data:Cache.AuthToken"))
def test_the_cache_asks_for_a_password(stacks: Stacks) -> None:
    assert "resolve:secretsmanager" in stacks.properties("data", "Cache")["AuthToken"]


@reddens(
    remove("data-queues:QueuesPolicy"),
    remove("data-queues:MailEventsPolicy.PolicyDocument.Statement.0"),
    remove("data-queues:QueuesPolicy.PolicyDocument.Statement.0.Resource.3"),
)
def test_every_queue_refuses_who_asks_without_tls(stacks: Stacks) -> None:
    policies = stacks.of_type("data-queues", "AWS::SQS::QueuePolicy").values()
    refusing = {item["Fn::GetAtt"][0] for policy in policies for item in refused_unencrypted(policy)}

    assert refusing == set(stacks.of_type("data-queues", "AWS::SQS::Queue"))


@reddens(
    remove("data-files:ReleasesPolicy"),
    change("data-files:AccessLogsPolicy.PolicyDocument.Statement.0.Effect", "Allow"),
)
def test_every_bucket_refuses_who_asks_without_tls(stacks: Stacks) -> None:
    policies = stacks.of_type("data-files", "AWS::S3::BucketPolicy").values()
    refusing = {policy["Bucket"]["Ref"] for policy in policies if len(refused_unencrypted(policy)) == 2}

    assert refusing == set(stacks.of_type("data-files", "AWS::S3::Bucket"))


@reddens(remove("data-files:Files.FileSystemPolicy"), remove("data-files:Files.FileSystemPolicy.Statement.0.Condition"))
def test_the_file_system_refuses_who_mounts_it_without_tls(stacks: Stacks) -> None:
    refusal = stacks.properties("data-files", "Files")["FileSystemPolicy"]["Statement"][0]

    assert (refusal["Effect"], refusal["Condition"]) == ("Deny", UNENCRYPTED)


@reddens(remove("alarms:AlarmsPolicy.PolicyDocument.Statement.0"))
def test_nobody_tells_of_an_alarm_without_tls(stacks: Stacks) -> None:
    assert refused_unencrypted(stacks.properties("alarms", "AlarmsPolicy")) == [{"Ref": "Alarms"}]


@reddens(change("data-queues:MailSet.DeliveryOptions.TlsPolicy", "OPTIONAL"))
def test_mail_is_handed_to_servers_by_tls_only(stacks: Stacks) -> None:
    assert stacks.properties("data-queues", "MailSet")["DeliveryOptions"]["TlsPolicy"] == "REQUIRE"


def test_files_are_mounted_by_tls_and_with_the_role() -> None:
    hook = (DEPLOY / "beanstalk-both/.platform/hooks/prebuild/10_files.sh").read_text("utf-8")

    mounts = [line for line in hook.splitlines() if " efs _netdev" in line]

    assert len(mounts) == 2
    assert all(" efs _netdev,tls,iam,accesspoint=" in line for line in mounts)


def test_who_comes_by_http_is_sent_to_https() -> None:
    nginx = (DEPLOY / "beanstalk-web/.platform/nginx/nginx.conf").read_text("utf-8")

    assert "return 301 https://$host$request_uri;" in nginx
