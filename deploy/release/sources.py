"""What an environment is to be made of and must exist before: snapshots, secrets, images, zones, a region."""

from collections.abc import Iterator, Mapping

from botocore.exceptions import ClientError

from deploy.release.account import DENIED, Account, code_of
from deploy.release.environment import Environment
from deploy.release.templates import read_templates

# Key of the file → service, operation, the argument that takes its value, whether as a list.
ASKED: Mapping[str, tuple[str, str, str, bool]] = {
    "DatabaseSecret": ("secretsmanager", "describe_secret", "SecretId", False),
    "LoadRunSecret": ("secretsmanager", "describe_secret", "SecretId", False),
    "GoldenAmi": ("ec2", "describe_images", "ImageIds", True),
    "MediaSnapshot": ("ec2", "describe_snapshots", "SnapshotIds", True),
    "RestoredFileSystem": ("efs", "describe_file_systems", "FileSystemId", False),
    "ZoneId": ("route53", "get_hosted_zone", "Id", False),
}
OF_A_CLUSTER = ("rds", "describe_db_cluster_snapshots", "DBClusterSnapshotIdentifier", False)
OF_AN_INSTANCE = ("rds", "describe_db_snapshots", "DBSnapshotIdentifier", False)
UNKNOWN = ("NotFound", "NoSuch", "Malformed", "InvalidParameter", "ValidationException")


def refusals(account: Account, environment: Environment, *, has_data: bool) -> Iterator[str]:
    """A sentence for each that does not exist.

    Args:
        has_data: the stack with the secrets is there already.
    """
    given = environment.parameters
    of_database = OF_A_CLUSTER if given["Database"] == "aurora" else OF_AN_INSTANCE
    for key, question in {**ASKED, "DatabaseSnapshot": of_database}.items():
        if given.get(key) and not _exists(account, question, given[key]):
            yield f"{key} {given[key]} does not exist in this account and region. Put it right in the file"
    balancers = read_templates()["dns"]["Mappings"]["Balancers"]
    if given["Mode"] == "ha" and account.region not in balancers:
        yield (
            f"deploy/cfn/dns.yaml does not know the zone of balancers in {account.region}. Add it to its Mappings from "
            f"AWS's list, or take one of {', '.join(balancers)}"
        )
    if has_data:
        own = () if given.get("DatabaseSecret") else ("database",)
        for name in ("cookies", "payment", *own):
            if not _exists(account, ASKED["DatabaseSecret"], secret := f"{environment.shop}/{name}"):
                restore = f"aws secretsmanager restore-secret --secret-id {secret}"
                yield f"the secret {secret} is missing. Bring it back: {restore}"


def _exists(account: Account, question: tuple[str, str, str, bool], value: str) -> bool:
    service, operation, argument, is_list = question
    try:
        found = getattr(account.client(service), operation)(**{argument: [value] if is_list else value})
    except ClientError as error:
        if code_of(error) not in DENIED and any(sign in code_of(error) for sign in UNKNOWN):
            return False
        raise
    return "DeletedDate" not in found and all(found.get(rows) != [] for rows in ("Images", "Snapshots"))
