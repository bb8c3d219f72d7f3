"""What is bought: a style in one colour and size. Stock is UNSIGNED, so the schema itself refuses to sell below zero
(error 1690)."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENT = """
CREATE TABLE variants (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  style_id INT UNSIGNED NOT NULL,
  colour VARCHAR(40) NOT NULL,
  size VARCHAR(20) NOT NULL,
  size_rank SMALLINT UNSIGNED NOT NULL,
  price_cents INT UNSIGNED NOT NULL,
  stock INT UNSIGNED NOT NULL,
  picture VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  withdrawn_at DATETIME(6) NULL,
  UNIQUE KEY sku (sku),
  UNIQUE KEY one_of_a_kind (style_id, colour, size),
  KEY by_size (size, style_id),
  KEY by_colour (colour, style_id),
  CONSTRAINT variant_style FOREIGN KEY (style_id) REFERENCES styles (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
