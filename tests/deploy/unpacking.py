"""What is in a bundle."""

import io
import zipfile

from deploy.release.bundle import Bundle


def entries(bundle: Bundle) -> dict[str, zipfile.ZipInfo]:
    with zipfile.ZipFile(io.BytesIO(bundle.data)) as source:
        return {entry.filename: entry for entry in source.infolist()}
