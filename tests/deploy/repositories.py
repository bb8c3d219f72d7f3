"""Repositories with the shop in them, to make bundles of and to break."""

import os
import shutil
import subprocess
from pathlib import Path

from deploy.local.place import CHECKOUT
from deploy.release.bundle import SOURCES

FONTS = "workers/documents/fonts"
PERSON = {
    **{f"GIT_{who}_{what}": "tester@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}
DATE = {f"GIT_{who}_DATE": "2026-11-29T12:34:56+02:00" for who in ("AUTHOR", "COMMITTER")}


def git(root: Path, *words: str) -> str:
    command = ["git", "-C", str(root), *words]
    environ = {**os.environ, **PERSON, **DATE}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def commit_all(root: Path) -> str:
    """Commit what lies there; gives the commit's id."""
    git(root, "add", "--all")
    git(root, "commit", "-qm", "as it is")
    return git(root, "rev-parse", "HEAD")


def copy_checkout(root: Path) -> Path:
    """A repository of one commit: what goes into bundles, as it lies in this checkout."""
    root.mkdir()
    for name in (".gitignore", *SOURCES):
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (CHECKOUT / name).is_dir():
            shutil.copytree(CHECKOUT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(CHECKOUT / name, target)
    git(root, "init", "-q", "-b", "main")
    commit_all(root)
    return root


def clone(source: Path, root: Path) -> Path:
    git(source, "clone", "-q", "--shared", str(source), str(root))
    return root
