"""A parcel: what left the house together, and when it arrived."""

from alembic import op

revision = "0020"
down_revision = "0019"

STATEMENT = """
CREATE TABLE shipments (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  order_id BIGINT UNSIGNED NOT NULL,
  carrier VARCHAR(40) NOT NULL,
  tracking VARCHAR(60) NOT NULL,
  capture_cents INT UNSIGNED NOT NULL DEFAULT 0,
  shipped_at DATETIME(6) NOT NULL,
  delivered_at DATETIME(6) NULL,
  KEY by_order (order_id, id),
  CONSTRAINT shipment_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
