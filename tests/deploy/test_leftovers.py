"""What would hinder the first run is told before anything is made; a file of its own, as accounts in memory are one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from deploy.release.account import Account
from tests.deploy.account import ACCOUNT, REGION
from tests.deploy.desk import Desk, desk_in_memory


@pytest.fixture
def newcomer(light_repository: Path) -> Iterator[Desk]:
    """Somebody with an account in which no stack stands."""
    with desk_in_memory("prod", light_repository) as made:
        yield made


def tell_of_others(parsed: dict[str, Any], **_: Any) -> None:
    """AWS begins its list at a name and goes on with later ones; moto has that name alone."""
    parsed["HostedZones"] += [
        {"Id": "/hostedzone/ZPRIVATE", "Name": "example.com.", "Config": {"PrivateZone": True}},
        {"Id": "/hostedzone/ZLATER", "Name": "example.com.au.", "Config": {"PrivateZone": False}},
    ]


def test_what_older_stacks_have_left_is_told_before_new_ones_fail_for_it(newcomer: Desk) -> None:
    secrets, s3 = newcomer.client("secretsmanager"), newcomer.client("s3")
    secrets.create_secret(Name="shop-prod/payment", SecretString="theirs")
    secrets.create_secret(Name="shop-prod/cookies", SecretString="old")
    secrets.delete_secret(SecretId="shop-prod/cookies")  # its name is taken for 30 days more
    for bucket in ("releases", "access-logs"):
        place = {"LocationConstraint": REGION}
        s3.create_bucket(Bucket=f"shop-prod-{bucket}-{ACCOUNT}", CreateBucketConfiguration=place)
    newcomer.client("backup").create_backup_vault(BackupVaultName="shop-prod")
    route53 = newcomer.client("route53")
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="bought")["HostedZone"]
    zone_id = zone["Id"].removeprefix("/hostedzone/")
    route53.meta.events.register("after-call.route53.ListHostedZonesByName", tell_of_others, unique_id="others")

    said = newcomer.refused("prod")

    way = "is left of an older stack. Take another Name, or if nobody needs it:"
    force = "aws secretsmanager delete-secret --force-delete-without-recovery --secret-id"
    assert said.splitlines() == [
        "nothing was changed:",
        f"the secret shop-prod/cookies {way} {force} shop-prod/cookies",
        f"the secret shop-prod/payment {way} {force} shop-prod/payment",
        *(
            f"the bucket {bucket} {way} empty it in S3's console, then aws s3 rb s3://{bucket}"
            for bucket in (f"shop-prod-releases-{ACCOUNT}", f"shop-prod-access-logs-{ACCOUNT}")
        ),
        f"the backup vault shop-prod {way} aws backup delete-backup-vault --backup-vault-name shop-prod",
        f'there is a zone of example.com already. Let the shop use it: "ZoneId": "{zone_id}" in the file',
    ]


def test_a_region_whose_balancers_are_unknown_is_told_before_an_hour_is_spent(newcomer: Desk) -> None:
    with patch.object(Account, "region", "sa-east-1"):
        said = newcomer.refused("prod")

    assert said.startswith(
        "nothing was changed: deploy/cfn/dns.yaml does not know the zone of balancers in sa-east-1. Add it to its "
        "Mappings from AWS's list, or take one of eu-central-1, eu-west-1"
    )
