"""A link to change an account's e-mail goes to the new address, and the word of it to the old one."""

from alembic import op

revision = "0042"
down_revision = "0041"
STATEMENT = """
ALTER TABLE tokens ADD COLUMN email VARCHAR(254) NULL
"""


def upgrade() -> None:
    op.execute(STATEMENT)
