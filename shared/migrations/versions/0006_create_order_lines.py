"""What was bought, with name and price as they were; no foreign key onto variants, because its shared locks deadlock
with the stock updates."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENT = """
CREATE TABLE order_lines (
  order_id BIGINT UNSIGNED NOT NULL,
  sku VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  position SMALLINT UNSIGNED NOT NULL,
  slug VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(100) NOT NULL,
  colour VARCHAR(40) NOT NULL,
  size VARCHAR(20) NOT NULL,
  picture VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  unit_price_cents INT UNSIGNED NOT NULL,
  vat_bp SMALLINT UNSIGNED NOT NULL,
  quantity SMALLINT UNSIGNED NOT NULL,
  packed SMALLINT UNSIGNED NOT NULL DEFAULT 0,
  shipped SMALLINT UNSIGNED NOT NULL DEFAULT 0,
  delivered SMALLINT UNSIGNED NOT NULL DEFAULT 0,
  canceled SMALLINT UNSIGNED NOT NULL DEFAULT 0,
  returned SMALLINT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (order_id, sku),
  CONSTRAINT line_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
