"""Random secrets that are made once and kept in a file only their owner can read."""

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from deploy.local.faults import StackFault


def kept_secrets(path: Path, names: Iterable[str], length: int) -> dict[str, str]:
    """The secrets of these names, made now if the file does not have them; `length` random bytes in hexadecimal.

    Raises:
        StackFault: the file is there and is no JSON object of texts.
    """
    kept = _read(path)
    missing = [name for name in names if name not in kept]
    if missing:
        kept |= {name: secrets.token_hex(length) for name in missing}
        _write(path, kept)
    return {name: kept[name] for name in names}


def _read(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        kept = None
    if not isinstance(kept, dict) or not all(isinstance(value, str) for value in kept.values()):
        raise StackFault(f"{path} is damaged. Delete it: a new one is made at the next start")
    return kept


def _write(path: Path, kept: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(kept, file, indent=2)
    new.rename(path)
