"""Marked load runs: a row from the opening to the purge; purging_at: nothing of it counts any more."""

from alembic import op

revision = "0046"
down_revision = "0045"

STATEMENT = """
CREATE TABLE test_runs (
  run VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  started_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  ended_at DATETIME(6) NULL,
  purging_at DATETIME(6) NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
