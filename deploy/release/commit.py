"""A commit as git keeps it: what lies in the folders of a checkout never gets into a bundle."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.local.faults import StackFault

LABEL_LENGTH = 12  # always the same, while git's own short form grows with the repository
GIT_S = 30.0
NAMED = 3  # of the files in the way
PLAIN, EXECUTABLE = "100644", "100755"


@dataclass(frozen=True)
class File:
    """A file of a commit; `path` begins at the root of what it is part of."""

    path: str
    data: bytes
    is_executable: bool


@dataclass(frozen=True)
class Commit:
    """One commit of the repository at `root`; `label` names it in versions and bundles."""

    root: Path
    id: str

    @property
    def label(self) -> str:
        return self.id[:LABEL_LENGTH]

    @property
    def at(self) -> datetime:
        seconds = _git(self.root, "show", "-s", "--format=%ct", self.id)
        return datetime.fromtimestamp(int(seconds), UTC)

    def files(self, *paths: str, below: str = "") -> list[File]:
        """Every file below these paths, in the order of their names.

        Args:
            below: the folder of the commit that paths begin in.
        Raises:
            StackFault: one of them is neither file nor program, such as a symbolic link.
        """
        listed = _git(self.root, "ls-tree", "-r", "-z", f"{self.id}:{below}", "--", *paths)
        rows = [_row(line) for line in listed.decode().split("\0") if line]
        for mode, _, path in rows:
            if mode not in (PLAIN, EXECUTABLE):
                raise StackFault(f"{path} is a link, and an instance would not have what it leads to. Put a file there")
        contents = _contents(self.root, [blob for _, blob, _ in rows])
        return [File(path, data, mode == EXECUTABLE) for (mode, _, path), data in zip(rows, contents, strict=True)]


def current(root: Path, *paths: str) -> Commit:
    """The commit that is checked out.

    Raises:
        StackFault: there is none, or something below `paths` differs from it.
    """
    commit = named(root, "HEAD")
    if changed := uncommitted(root, *paths):
        raise StackFault(f"not committed: {changed}. A bundle is made of a commit: commit or stash first")
    return commit


def uncommitted(root: Path, *paths: str) -> str:
    """Names a few of the files below these paths that differ from the commit that is checked out; "" if none does."""
    listed = _git(root, "status", "--porcelain", "-z", "--no-renames", "--", *paths).decode()
    changed = [line[3:] for line in listed.split("\0") if line]
    more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
    return f"{', '.join(changed[:NAMED])}{more}"


def named(root: Path, name: str) -> Commit:
    """The commit of that name.

    Raises:
        StackFault: there is none.
    """
    return Commit(
        root, _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").decode().strip()
    )


def _row(line: str) -> tuple[str, str, str]:
    """Mode, id of the content, path."""
    about, path = line.split("\t")
    mode, _, blob = about.split()
    return mode, blob, path


def _contents(root: Path, blobs: Sequence[str]) -> list[bytes]:
    answer = _git(root, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode())
    found, position = [], 0
    for _ in blobs:
        head_end = answer.index(b"\n", position)
        begin = head_end + 1
        end = begin + int(answer[position:head_end].split()[2])
        found.append(answer[begin:end])
        position = end + 1
    return found


def _git(root: Path, *words: str, given: bytes = b"") -> bytes:
    program = shutil.which("git")
    if program is None:
        raise StackFault("git is missing, and a bundle is made of a commit. Install git")
    command = [program, "-C", str(root), *words]
    try:
        done = subprocess.run(command, input=given, capture_output=True, check=False, timeout=GIT_S)
    except subprocess.TimeoutExpired:
        raise StackFault(f"git gave no answer for {GIT_S:g} s. Try: git status") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or [f"git {words[0]} found nothing"]
        raise StackFault(f"a bundle is made of a commit of this repository, and git says: {said[-1]}")
    return done.stdout
