"""The two bundles of a commit: zips for Elastic Beanstalk, the same bytes from the same commit."""

import hashlib
import io
import stat
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from deploy.release.commit import Commit, File

TIERS = ("web", "worker")
# The one instance with a disk runs the workers, too, so the web bundle has them.
CODE: Mapping[str, tuple[str, ...]] = {
    "web": ("shared", "storefront", "workers"),
    "worker": ("shared", "workers"),
}
REQUIREMENTS = "requirements/runtime.lock"
# What is deployed is what is committed: code, and the templates and values that it is deployed with.
SOURCES = (
    *("shared", "storefront", "workers", REQUIREMENTS),
    *(f"deploy/{folder}" for folder in ("beanstalk-both", "beanstalk-web", "beanstalk-worker", "cfn", "params")),
)
NOT_FOR_INSTANCES = frozenset({"environment.yaml"})
UNIX = 3  # who made the zip: on Unix its files have run bits


@dataclass(frozen=True)
class Bundle:
    """A tier's zip; `digest` is that of names, run bits and contents, whichever zlib packed them."""

    tier: str
    label: str
    data: bytes
    digest: str

    @property
    def version(self) -> str:
        """The name of its application version: both tiers are one application."""
        return f"{self.tier}-{self.label}"

    @property
    def name(self) -> str:
        return f"{self.version}.zip"


def make(commit: Commit, tier: str) -> Bundle:
    """Put a tier's bundle together.

    Raises:
        StackFault: the commit lacks something, or has what no zip can hold.
    """
    files = sorted(contents(commit, tier), key=lambda file: file.path)
    return Bundle(tier, commit.label, _zip(files, commit.at), _digest(files))


def contents(commit: Commit, tier: str) -> list[File]:
    """All files of a tier; paths are those on the instance."""
    code = commit.files(*CODE[tier])
    platform = [*commit.files(below="deploy/beanstalk-both"), *commit.files(below=f"deploy/beanstalk-{tier}")]
    (requirements,) = commit.files(REQUIREMENTS)
    return [
        *code,
        *(file for file in platform if file.path not in NOT_FOR_INSTANCES),
        replace(requirements, path="requirements.txt"),
    ]


def _zip(files: Iterable[File], at: datetime) -> bytes:
    """Files carry the commit's time, so that a new release has new dates, too."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for file in files:
            entry = zipfile.ZipInfo(file.path, at.timetuple()[:6])
            entry.create_system = UNIX
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | (0o755 if file.is_executable else 0o644)) << 16
            target.writestr(entry, file.data)
    return packed.getvalue()


def _digest(files: Iterable[File]) -> str:
    whole = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.data).hexdigest()
        whole.update(f"{file.path}\0{int(file.is_executable)}\0{content}\n".encode())
    return whole.hexdigest()
