"""Which browser a session belongs to, in our own words, for the list of one's own sessions."""

from alembic import op

revision = "0037"
down_revision = "0036"

STATEMENT = """
ALTER TABLE sessions ADD COLUMN agent VARCHAR(60) NOT NULL DEFAULT ''
"""


def upgrade() -> None:
    op.execute(STATEMENT)
