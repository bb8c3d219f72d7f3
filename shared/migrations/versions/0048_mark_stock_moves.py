"""Moves of a load run change its own pool; without a mark a move changes the real stock."""

from alembic import op

revision = "0048"
down_revision = "0047"

STATEMENT = """
ALTER TABLE stock_moves ADD COLUMN test_run VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD KEY by_test_run (test_run, sku)
"""


def upgrade() -> None:
    op.execute(STATEMENT)
