"""Seed pictures on their way to the media folder."""

import os
import tempfile
from pathlib import Path

from shared.seed.source import CATALOGUE, PICTURES


def copy_pictures(media_root: Path) -> int:
    """Copy the pictures that are missing or differ; whoever reads meanwhile sees all of a picture. Returns how many."""
    target = media_root / PICTURES
    target.mkdir(parents=True, exist_ok=True)
    return sum(_copy(source, target / source.name) for source in sorted((CATALOGUE / PICTURES).glob("*.svg")))


def _copy(source: Path, target: Path) -> bool:
    content = source.read_bytes()
    if target.is_file() and target.read_bytes() == content:
        return False
    handle, beside = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(beside).chmod(0o644)
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return True
