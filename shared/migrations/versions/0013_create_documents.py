"""One ledger for PDFs and mails: a row is reserved before the work, and holds what was made or sent."""

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENT = """
CREATE TABLE documents (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  subject VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  revision SMALLINT UNSIGNED NOT NULL,
  number VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NULL,
  state VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  snapshot MEDIUMTEXT NOT NULL,
  sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  path VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NULL,
  size INT UNSIGNED NULL,
  message_id VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NULL,
  server_reply VARCHAR(300) NULL,
  reserved_at DATETIME(6) NOT NULL,
  done_at DATETIME(6) NULL,
  UNIQUE KEY once (subject, kind, revision),
  UNIQUE KEY number (number),
  UNIQUE KEY message_id (message_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
