"""What happened to an order: when, what, who, why."""

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENT = """
CREATE TABLE events (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  order_id BIGINT UNSIGNED NOT NULL,
  at DATETIME(6) NOT NULL,
  what VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  who VARCHAR(100) NULL,
  why VARCHAR(200) NULL,
  KEY by_order (order_id, id),
  CONSTRAINT event_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
