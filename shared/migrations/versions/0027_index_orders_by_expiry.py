"""Expiry looks for unpaid orders by the time they end; without an index it would read every order."""

from alembic import op

revision = "0027"
down_revision = "0026"

STATEMENT = """
CREATE INDEX expiring ON orders (order_status, expires_at)
"""


def upgrade() -> None:
    op.execute(STATEMENT)
