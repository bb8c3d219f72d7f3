"""Who did it is a staff member's e-mail address, which may have 254 characters."""

from alembic import op

revision = "0033"
down_revision = "0032"

STATEMENT = """
ALTER TABLE refunds MODIFY who VARCHAR(254) NOT NULL
"""


def upgrade() -> None:
    op.execute(STATEMENT)
