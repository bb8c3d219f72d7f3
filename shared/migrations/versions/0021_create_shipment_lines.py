"""Which pieces are in which parcel."""

from alembic import op

revision = "0021"
down_revision = "0020"

STATEMENT = """
CREATE TABLE shipment_lines (
  shipment_id BIGINT UNSIGNED NOT NULL,
  sku VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity SMALLINT UNSIGNED NOT NULL,
  PRIMARY KEY (shipment_id, sku),
  CONSTRAINT line_shipment FOREIGN KEY (shipment_id) REFERENCES shipments (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
