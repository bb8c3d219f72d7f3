"""What operators did with a job that was given up: it has no order whose events could tell of it."""

from alembic import op

revision = "0039"
down_revision = "0038"

STATEMENT = """
ALTER TABLE jobs ADD COLUMN note VARCHAR(500) NULL
"""


def upgrade() -> None:
    op.execute(STATEMENT)
