"""Gapless numbers: taken in the transaction that reserves the document's row."""

from alembic import op

revision = "0014"
down_revision = "0013"

STATEMENT = """
CREATE TABLE number_ranges (
  kind VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  last BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
