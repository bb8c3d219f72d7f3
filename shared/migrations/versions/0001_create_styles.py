"""What is sold: one row a style; the price range is kept by whoever writes its variants, so that listings sort by an
index."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENT = """
CREATE TABLE styles (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  slug VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(100) NOT NULL,
  category VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  audience VARCHAR(20) NOT NULL,
  description TEXT NOT NULL,
  material VARCHAR(200) NOT NULL,
  picture VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  vat_bp SMALLINT UNSIGNED NOT NULL,
  price_from_cents INT UNSIGNED NOT NULL,
  price_to_cents INT UNSIGNED NOT NULL,
  created_at DATETIME(6) NOT NULL,
  withdrawn_at DATETIME(6) NULL,
  UNIQUE KEY slug (slug),
  KEY by_category (category, withdrawn_at, id),
  KEY by_price (price_from_cents, id),
  KEY by_name (name, id),
  KEY by_age (created_at, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
