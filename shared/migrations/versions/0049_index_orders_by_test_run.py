"""The orders of a load run; and ids of its carts, which begin with its name, are longer than others."""

from alembic import op

revision = "0049"
down_revision = "0048"

STATEMENT = """
ALTER TABLE orders MODIFY cart_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ADD KEY by_test_run (test_run, id)
"""


def upgrade() -> None:
    op.execute(STATEMENT)
