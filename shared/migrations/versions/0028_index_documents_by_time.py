"""The auditor reads the files that are new since its last run."""

from alembic import op

revision = "0028"
down_revision = "0027"

STATEMENT = """
CREATE INDEX finished ON documents (done_at, id)
"""


def upgrade() -> None:
    op.execute(STATEMENT)
