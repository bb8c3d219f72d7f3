"""What stacks that are gone have left behind under names that new stacks would take."""

from collections.abc import Callable, Iterator

from botocore.exceptions import ClientError

from deploy.release.account import Account, code_of
from deploy.release.environment import Environment
from deploy.release.versions import ABSENT

FOR_GOOD = "aws secretsmanager delete-secret --force-delete-without-recovery --secret-id"
MOST = "100"  # zones that begin with a domain's name


def refusals(account: Account, environment: Environment, is_there: Callable[[str], bool]) -> Iterator[str]:
    """A sentence for each.

    Args:
        is_there: whether the stack of a template exists; what it holds is its own.
    """
    if not is_there("data"):
        yield from _secrets(account, environment)
    if not is_there("data-files"):
        yield from _buckets(account, environment)
        yield from _vault(account, environment)
    if not is_there("dns") and not environment.parameters.get("ZoneId"):
        yield from _zones(account, environment.parameters["Domain"])


def _secrets(account: Account, environment: Environment) -> Iterator[str]:
    own = () if environment.parameters.get("DatabaseSecret") else ("database",)
    for secret in (f"{environment.shop}/{name}" for name in ("cookies", "payment", "cache", *own)):
        try:
            account.client("secretsmanager").describe_secret(SecretId=secret)
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise
        else:
            yield f"the secret {secret} is left of an older stack. {_way_out(f'{FOR_GOOD} {secret}')}"


def _buckets(account: Account, environment: Environment) -> Iterator[str]:
    owner = account.client("sts").get_caller_identity()["Account"]
    for bucket in (f"{environment.shop}-{name}-{owner}" for name in ("releases", "access-logs")):
        try:
            account.client("s3").head_bucket(Bucket=bucket)
        except ClientError as error:
            if code_of(error) not in ABSENT:
                raise
        else:
            command = f"empty it in S3's console, then aws s3 rb s3://{bucket}"
            yield f"the bucket {bucket} is left of an older stack. {_way_out(command)}"


def _vault(account: Account, environment: Environment) -> Iterator[str]:
    # Asked for one that is not there, AWS Backup says that access is denied; a list says the truth.
    vaults = account.client("backup").list_backup_vaults(MaxResults=1000)["BackupVaultList"]
    if environment.shop in (vault["BackupVaultName"] for vault in vaults):
        command = f"aws backup delete-backup-vault --backup-vault-name {environment.shop}"
        yield f"the backup vault {environment.shop} is left of an older stack. {_way_out(command)}"


def _zones(account: Account, domain: str) -> Iterator[str]:
    """A registrar points at one zone: a certificate in a second one of that name would be waited for in vain."""
    found = account.client("route53").list_hosted_zones_by_name(DNSName=domain, MaxItems=MOST)["HostedZones"]
    for zone in found:
        if zone["Name"].rstrip(".") == domain and not zone["Config"]["PrivateZone"]:
            zone_id = zone["Id"].removeprefix("/hostedzone/")
            yield f'there is a zone of {domain} already. Let the shop use it: "ZoneId": "{zone_id}" in the file'


def _way_out(command: str) -> str:
    return f"Take another Name, or if nobody needs it: {command}"
