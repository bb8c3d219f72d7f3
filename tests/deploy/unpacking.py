"""A bundle as the platform unpacks it: run bits and all."""

import io
import zipfile
from pathlib import Path

from deploy.release.bundle import Bundle


def entries(bundle: Bundle) -> dict[str, zipfile.ZipInfo]:
    with zipfile.ZipFile(io.BytesIO(bundle.data)) as source:
        return {entry.filename: entry for entry in source.infolist()}


def unpack(bundle: Bundle, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(bundle.data)) as source:
        source.extractall(folder)
        for entry in source.infolist():
            (folder / entry.filename).chmod(entry.external_attr >> 16 & 0o777)
    return folder
