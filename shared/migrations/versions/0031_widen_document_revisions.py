"""A mail's revision is the id of what it tells of (a parcel, a refund), which outgrows a small number."""

from alembic import op

revision = "0031"
down_revision = "0030"

STATEMENT = """
ALTER TABLE documents MODIFY revision BIGINT UNSIGNED NOT NULL
"""


def upgrade() -> None:
    op.execute(STATEMENT)
