"""The writer's heartbeat, one row: by the beat that has arrived there a reader shows how far it is."""

from alembic import op

revision = "0045"
down_revision = "0044"

STATEMENT = """
CREATE TABLE heartbeats (
  id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
  beat_at DATETIME(6) NOT NULL
) ENGINE=InnoDB
"""


def upgrade() -> None:
    op.execute(STATEMENT)
