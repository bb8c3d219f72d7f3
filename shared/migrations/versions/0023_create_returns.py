"""A return that a shopper asked for: with a reason, or as a withdrawal from the contract."""

from alembic import op

revision = "0023"
down_revision = "0022"

STATEMENT = """
CREATE TABLE returns (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  order_id BIGINT UNSIGNED NOT NULL,
  kind VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  requested_at DATETIME(6) NOT NULL,
  received_at DATETIME(6) NULL,
  canceled_at DATETIME(6) NULL,
  KEY by_order (order_id, id),
  CONSTRAINT return_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
