"""`bundle`: the release of the commit that is checked out, as two zips."""

import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.faults import StackFault
from deploy.release.bundle import SOURCES, TIERS, Bundle, make
from deploy.release.commit import Commit, current, named, uncommitted
from deploy.release.inspection import faults


@dataclass(frozen=True)
class Release:
    """The zips of a commit, by their tiers."""

    label: str
    zips: Mapping[str, Path]


def bundle(root: Path, folder: Path) -> int:
    """Make both bundles, look at them, and put them into a folder.

    Raises:
        StackFault: there is something that is not committed, or a bundle would not run.
    """
    commit = current(root, *SOURCES)
    for one in checked(commit):
        print(f"{_put(one, folder)}  {len(one.data) / 1e6:.1f} MB, contents {one.digest[:16]}")
    print(f"version {commit.label}. To AWS with it: ./shop deploy ENV")
    return 0


def kept(root: Path, folder: Path) -> Release:
    """The bundles of the commit that is checked out; those that the folder lacks are made.

    Raises:
        StackFault: a bundle would not run.
    """
    commit = named(root, "HEAD")
    if changed := uncommitted(root, *SOURCES):
        print(f"shop: only what is committed runs like on AWS. Not committed: {changed}", file=sys.stderr)
    zips = {tier: folder / f"{tier}-{commit.label}.zip" for tier in TIERS}
    if not all(map(zipfile.is_zipfile, zips.values())):
        print(f"shop: making the bundles of {commit.label}", file=sys.stderr)
        for one in checked(commit):
            _put(one, folder)
    return Release(commit.label, zips)


def checked(commit: Commit) -> Sequence[Bundle]:
    """Both bundles of a commit.

    Raises:
        StackFault: one of them would not run on an instance; names everything that is wrong.
    """
    made = [make(commit, tier) for tier in TIERS]
    wrong = [f"  {one.tier}: {fault}" for one in made for fault in faults(one)]
    if wrong:
        raise StackFault("\n".join(("the bundles would not run. Put this right and commit it:", *wrong)))
    return made


def _put(bundle: Bundle, folder: Path) -> Path:
    """Whole or not at all; gives where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / bundle.name
    new = path.with_suffix(".new")
    new.write_bytes(bundle.data)
    return new.replace(path)
