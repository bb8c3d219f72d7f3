"""What an order costs less than when it was placed, and the money that goes back for it."""

from alembic import op

revision = "0022"
down_revision = "0021"

STATEMENT = """
CREATE TABLE refunds (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  order_id BIGINT UNSIGNED NOT NULL,
  kind VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason VARCHAR(200) NOT NULL,
  who VARCHAR(100) NOT NULL,
  credit_cents INT UNSIGNED NOT NULL,
  payout_cents INT UNSIGNED NOT NULL,
  paid_out_cents INT UNSIGNED NOT NULL DEFAULT 0,
  contents TEXT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  done_at DATETIME(6) NULL,
  KEY by_order (order_id, id),
  KEY open_ones (done_at, id),
  CONSTRAINT refund_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
