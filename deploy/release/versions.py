"""Application versions: a bundle in the releases' bucket, and its name in Elastic Beanstalk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from deploy.local.faults import StackFault
from deploy.release.account import code_of
from deploy.release.bundle import Bundle
from deploy.release.patience import Patience

CONTENTS = "contents"  # the key of S3's metadata that holds a bundle's digest
PROCESSED_MINUTES = 10
IN_WORK = frozenset({"UNPROCESSED", "PROCESSING", "BUILDING"})
ABSENT = frozenset({"404", "NoSuchKey", "NotFound", "NoSuchBucket"})


@dataclass(frozen=True)
class Version:
    """One label with the tiers it was made for."""

    label: str
    tiers: tuple[str, ...]
    at: datetime
    status: str


class Versions:
    def __init__(self, beanstalk: Any, s3: Any, application: str, patience: Patience) -> None:
        self._beanstalk, self._s3, self._application, self._patience = beanstalk, s3, application, patience

    def all(self) -> Sequence[Version]:
        """Newest first."""
        found: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
        for row in self._rows():
            tier, _, label = row["VersionLabel"].partition("-")
            found.setdefault(label, []).append((tier, row))
        versions = [_version(label, rows) for label, rows in found.items()]
        return sorted(versions, key=lambda version: version.at, reverse=True)

    def has(self, label: str, tiers: Sequence[str]) -> bool:
        """Whether a label can run in all these tiers."""
        return all(self._row(f"{tier}-{label}") is not None for tier in tiers)

    def refusals(self, bundles: Sequence[Bundle]) -> list[str]:
        """A sentence for each bundle whose label is used already by other contents."""
        return [
            f"the version {bundle.version} is already used by other contents. "
            f"Commit again for a label of its own, or deploy what is there: --version {bundle.label}"
            for bundle in bundles
            if (row := self._row(bundle.version)) is not None and self._contents(row) != bundle.digest
        ]

    def publish(self, bundle: Bundle, bucket: str) -> bool:
        """Upload a bundle and name it; False when it was there already.

        Raises:
            StackFault: Elastic Beanstalk cannot read it.
        """
        row = self._row(bundle.version)
        if row is not None and row["Status"] != "FAILED":
            self._wait(bundle.version)
            return False
        if row is not None:
            self._beanstalk.delete_application_version(ApplicationName=self._application, VersionLabel=bundle.version)
        self._s3.put_object(
            Bucket=bucket,
            Key=bundle.name,
            Body=bundle.data,
            ContentType="application/zip",
            Metadata={CONTENTS: bundle.digest},
        )
        self._beanstalk.create_application_version(
            ApplicationName=self._application,
            VersionLabel=bundle.version,
            Description=f"contents {bundle.digest[:16]}",
            SourceBundle={"S3Bucket": bucket, "S3Key": bundle.name},
            AutoCreateApplication=False,
            Process=True,
        )
        self._wait(bundle.version)
        return True

    def _wait(self, version: str) -> None:
        def processed() -> str | None:
            row = self._row(version)
            status = row["Status"] if row else "UNPROCESSED"
            return None if status in IN_WORK else str(status)

        if self._patience.until(processed, PROCESSED_MINUTES, f"reading {version}") == "FAILED":
            raise StackFault(f"Elastic Beanstalk cannot read {version}. Its console says why; start again then")

    def _contents(self, row: Mapping[str, Any]) -> str:
        """The digest that was uploaded with a version; "" if its bundle is gone or came another way."""
        source = row.get("SourceBundle", {})
        try:
            head = self._s3.head_object(Bucket=source.get("S3Bucket", ""), Key=source.get("S3Key", ""))
        except ClientError as error:
            if code_of(error) in ABSENT:
                return ""
            raise
        return str(head["Metadata"].get(CONTENTS, ""))

    def _row(self, version: str) -> Mapping[str, Any] | None:
        return next(iter(self._rows(VersionLabels=[version])), None)

    def _rows(self, **which: Any) -> list[Mapping[str, Any]]:
        asked = {"ApplicationName": self._application, **which}
        page = self._beanstalk.describe_application_versions(**asked)
        found: list[Mapping[str, Any]] = list(page["ApplicationVersions"])
        while token := page.get("NextToken"):
            page = self._beanstalk.describe_application_versions(**asked, NextToken=token)
            found += page["ApplicationVersions"]
        return found


def _version(label: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Version:
    states = {row["Status"].lower() for _, row in rows}
    tiers = tuple(sorted(tier for tier, _ in rows))
    return Version(label, tiers, min(row["DateCreated"] for _, row in rows), ", ".join(sorted(states)))
