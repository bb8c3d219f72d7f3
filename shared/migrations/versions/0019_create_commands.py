"""Every command of staff or shopper on an order carries a key: the same key again does nothing twice."""

from alembic import op

revision = "0019"
down_revision = "0018"

STATEMENT = """
CREATE TABLE commands (
  order_id BIGINT UNSIGNED NOT NULL,
  command_key VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_sha CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at DATETIME(6) NOT NULL,
  PRIMARY KEY (order_id, command_key),
  CONSTRAINT command_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
