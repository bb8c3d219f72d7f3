"""The two ranges the shop numbers its documents from."""

from alembic import op

revision = "0015"
down_revision = "0014"

STATEMENT = """
INSERT INTO number_ranges (kind, last) VALUES ('invoice', 0), ('credit_note', 0)
"""


def upgrade() -> None:
    op.execute(STATEMENT)
