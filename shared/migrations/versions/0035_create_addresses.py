"""A shopper's address book; orders keep copies of their own, so a change here changes no order."""

from alembic import op

revision = "0035"
down_revision = "0034"

STATEMENT = """
CREATE TABLE addresses (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  user_id BIGINT UNSIGNED NOT NULL,
  is_default TINYINT UNSIGNED NOT NULL,
  name VARCHAR(100) NOT NULL,
  line1 VARCHAR(100) NOT NULL,
  line2 VARCHAR(100) NOT NULL,
  city VARCHAR(100) NOT NULL,
  postcode VARCHAR(20) NOT NULL,
  country CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  KEY by_user (user_id, id),
  CONSTRAINT address_user FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
