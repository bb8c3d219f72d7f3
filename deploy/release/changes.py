"""What a change set will do, and what of it may cost data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# Replaced or removed, what they hold is gone, or lies in a snapshot that nobody reads.
HOLD_DATA = frozenset(
    {
        "AWS::Backup::BackupVault",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::EFS::FileSystem",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::KMS::Key",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Route53::HostedZone",
        "AWS::S3::Bucket",
        "AWS::SQS::Queue",
        "AWS::SecretsManager::Secret",
    }
)
SIGNS = {"Add": "+", "Modify": "~", "Remove": "-", "Import": "+", "Dynamic": "~"}


@dataclass(frozen=True)
class Change:
    """One resource; `replacement` is AWS's word: True, Conditional, False or nothing."""

    action: str
    name: str
    kind: str
    replacement: str

    @property
    def costs_data(self) -> bool:
        is_gone = self.action == "Remove" or self.replacement in ("True", "Conditional")
        return self.kind in HOLD_DATA and is_gone

    def __str__(self) -> str:
        word = {"True": "  REPLACED", "Conditional": "  perhaps replaced"}.get(self.replacement, "")
        return f"{SIGNS.get(self.action, '~')} {self.name} ({self.kind}){word}"


@dataclass(frozen=True)
class ChangeSet:
    stack: str
    id: str
    is_first: bool
    changes: tuple[Change, ...]


def read(row: Mapping[str, Any]) -> Change:
    """One of CloudFormation's `Changes`."""
    about = row["ResourceChange"]
    replacement = str(about.get("Replacement", ""))
    return Change(about["Action"], about["LogicalResourceId"], about["ResourceType"], replacement)


def refusals(change_set: ChangeSet, allowed: Iterable[str]) -> list[str]:
    """A sentence for each resource that would lose data and was not named as allowed."""
    return [
        f"{change_set.stack}: {change.name} ({change.kind}) holds data and would be {_fate(change)}. "
        f"Save it first, then: --allow-replacement {change.name}"
        for change in change_set.changes
        if change.costs_data and change.name not in allowed
    ]


def _fate(change: Change) -> str:
    if change.action == "Remove":
        return "removed"
    return "replaced" if change.replacement == "True" else "replaced, perhaps"
