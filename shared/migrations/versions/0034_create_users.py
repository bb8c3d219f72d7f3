"""Shoppers with an account; nobody signs in before verified_at, when the e-mail address was proven."""

from alembic import op

revision = "0034"
down_revision = "0033"

STATEMENT = """
CREATE TABLE users (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email VARCHAR(254) NOT NULL,
  email_norm VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  password_hash VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at DATETIME(6) NOT NULL,
  verified_at DATETIME(6) NULL,
  deleted_at DATETIME(6) NULL,
  UNIQUE KEY email (email_norm)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
