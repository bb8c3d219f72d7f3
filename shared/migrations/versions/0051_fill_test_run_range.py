"""The range that invoices and credit notes of load runs are numbered from, so that the real ones have no gap."""

from alembic import op

revision = "0051"
down_revision = "0050"

STATEMENT = """
INSERT INTO number_ranges (kind, last) VALUES ('test_run', 0)
"""


def upgrade() -> None:
    op.execute(STATEMENT)
