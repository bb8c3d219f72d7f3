"""What a load run sells, as its shoppers must never take from the real shelf; a row a variant."""

from alembic import op

revision = "0047"
down_revision = "0046"

STATEMENT = """
CREATE TABLE test_run_stock (
  run VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sku VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  pool INT UNSIGNED NOT NULL,
  sold INT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (run, sku)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
