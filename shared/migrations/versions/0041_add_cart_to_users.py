"""The cart of an account, which follows it to other browsers; no two accounts have the same one."""

from alembic import op

revision = "0041"
down_revision = "0040"
STATEMENT = """
ALTER TABLE users ADD COLUMN cart_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD UNIQUE KEY cart (cart_id)
"""


def upgrade() -> None:
    op.execute(STATEMENT)
