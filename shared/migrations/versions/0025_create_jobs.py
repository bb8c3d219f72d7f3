"""Jobs of the worker tier's other door: each runs once for its done-key, under a lease."""

from alembic import op

revision = "0025"
down_revision = "0024"

STATEMENT = """
CREATE TABLE jobs (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  done_key VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  attempt INT UNSIGNED NOT NULL DEFAULT 0,
  lease_token CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  lease_until DATETIME(6) NULL,
  next_retry_at DATETIME(6) NULL,
  error VARCHAR(500) NULL,
  created_at DATETIME(6) NOT NULL,
  done_at DATETIME(6) NULL,
  UNIQUE KEY once (name, done_key),
  KEY due (state, lease_until),
  KEY ended (done_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
