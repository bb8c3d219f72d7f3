"""Who did it is a staff member's e-mail address, which may have 254 characters."""

from alembic import op

revision = "0032"
down_revision = "0031"

STATEMENT = """
ALTER TABLE events MODIFY who VARCHAR(254) NULL
"""


def upgrade() -> None:
    op.execute(STATEMENT)
