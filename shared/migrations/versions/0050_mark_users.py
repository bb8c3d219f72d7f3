"""An account that a load run's shopper registered orders in that run only, and goes with it."""

from alembic import op

revision = "0050"
down_revision = "0049"

STATEMENT = """
ALTER TABLE users ADD COLUMN test_run VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD KEY by_test_run (test_run, id)
"""


def upgrade() -> None:
    op.execute(STATEMENT)
