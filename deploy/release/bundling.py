"""`bundle`: the release of the commit that is checked out, as two zips."""

from collections.abc import Sequence
from pathlib import Path

from deploy.local.faults import StackFault
from deploy.release.bundle import SOURCES, TIERS, Bundle, make
from deploy.release.commit import Commit, current
from deploy.release.inspection import faults


def bundle(root: Path, folder: Path) -> int:
    """Make both bundles, look at them, and put them into a folder.

    Raises:
        StackFault: there is something that is not committed, or a bundle would not run.
    """
    commit = current(root, *SOURCES)
    made = checked(commit)
    folder.mkdir(parents=True, exist_ok=True)
    for one in made:
        path = folder / one.name
        path.write_bytes(one.data)
        print(f"{path}  {len(one.data) / 1e6:.1f} MB, contents {one.digest[:16]}")
    print(f"version {commit.label}. To AWS with it: ./shop deploy ENV")
    return 0


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
