"""Links of one account are used up, or erased, all at once."""

from alembic import op

revision = "0043"
down_revision = "0042"
STATEMENT = """
ALTER TABLE tokens ADD KEY by_owner (owner_id, purpose)
"""


def upgrade() -> None:
    op.execute(STATEMENT)
