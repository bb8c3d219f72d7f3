"""What the books auditor found, as a worklist: when it was first and last seen, and since when it is gone."""

from alembic import op

revision = "0026"
down_revision = "0025"

STATEMENT = """
CREATE TABLE audit_findings (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  detail VARCHAR(300) NOT NULL,
  first_seen DATETIME(6) NOT NULL,
  last_seen DATETIME(6) NOT NULL,
  gone_at DATETIME(6) NULL,
  UNIQUE KEY once (kind, subject),
  KEY open_ones (gone_at, last_seen)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
