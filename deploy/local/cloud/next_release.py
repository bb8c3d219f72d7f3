"""The release after the one that runs, made for a drill and shipped nowhere: the same files and a migration more."""

import re
import shutil
import zipfile
from pathlib import Path

from deploy.release.bundling import Release

VERSIONS = "shared/migrations/versions"
NUMBER = re.compile(rf"{VERSIONS}/(\d{{4}})_\w+\.py")
LABEL = "next"
# As an expand migration must be: what runs already knows nothing of the column and need not.
MIGRATION = '''"""For a drill: the next release wants a column that the one which still runs does not know."""

from alembic import op

revision = "{new:04d}"
down_revision = "{last:04d}"

STATEMENT = """
ALTER TABLE orders ADD COLUMN drill_note VARCHAR(40) NULL
"""


def upgrade() -> None:
    op.execute(STATEMENT)
'''


def next_release(release: Release, folder: Path) -> Release:
    """Make its zips in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    zips = {tier: _next(bundle, folder / f"{tier}-{LABEL}.zip") for tier, bundle in release.zips.items()}
    return Release(LABEL, zips)


def last_migration(bundle: Path) -> int:
    with zipfile.ZipFile(bundle) as source:
        return max(int(found[1]) for name in source.namelist() if (found := NUMBER.fullmatch(name)))


def _next(bundle: Path, new: Path) -> Path:
    shutil.copyfile(bundle, new)
    last = last_migration(bundle)
    entry = zipfile.ZipInfo(f"{VERSIONS}/{last + 1:04d}_drill.py")
    entry.external_attr = 0o100644 << 16
    with zipfile.ZipFile(new, "a", zipfile.ZIP_DEFLATED) as target:
        target.writestr(entry, MIGRATION.format(new=last + 1, last=last))
    return new
