"""Who changed the price of a variant, or took it off sale, and when. Changes of stock stand in stock_moves."""

from alembic import op

revision = "0044"
down_revision = "0043"

STATEMENT = """
CREATE TABLE variant_events (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at DATETIME(6) NOT NULL,
  what VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  was INT UNSIGNED NULL,
  now INT UNSIGNED NULL,
  who VARCHAR(254) NOT NULL,
  KEY by_variant (sku, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
