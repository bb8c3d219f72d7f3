"""Which pieces come back in which return, and how many have arrived."""

from alembic import op

revision = "0024"
down_revision = "0023"

STATEMENT = """
CREATE TABLE return_lines (
  return_id BIGINT UNSIGNED NOT NULL,
  sku VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity SMALLINT UNSIGNED NOT NULL,
  received SMALLINT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (return_id, sku),
  CONSTRAINT line_return FOREIGN KEY (return_id) REFERENCES returns (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
