"""The back office asks on each page which orders need a person; few do, and their attention says so."""

from alembic import op

revision = "0052"
down_revision = "0051"

STATEMENT = """
CREATE INDEX by_attention ON orders (attention(1))
"""


def upgrade() -> None:
    op.execute(STATEMENT)
