"""An account lists its orders, newest first."""

from alembic import op

revision = "0038"
down_revision = "0037"

STATEMENT = """
ALTER TABLE orders ADD KEY by_user (user_id, placed_at)
"""


def upgrade() -> None:
    op.execute(STATEMENT)
