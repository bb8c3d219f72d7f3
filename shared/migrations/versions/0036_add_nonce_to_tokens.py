"""A mailed link is an HMAC over this nonce: whoever sends the mail makes it again, and it stands in clear nowhere."""

from alembic import op

revision = "0036"
down_revision = "0035"

STATEMENT = """
ALTER TABLE tokens ADD COLUMN nonce CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL
"""


def upgrade() -> None:
    op.execute(STATEMENT)
