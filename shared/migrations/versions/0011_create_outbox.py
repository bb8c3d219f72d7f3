"""Messages that must be sent, written in the transaction that makes them true; a row a step, published_at once SQS has
it."""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENT = """
CREATE TABLE outbox (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  step_id BIGINT UNSIGNED NOT NULL,
  queue VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  task VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  headers VARCHAR(400) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(6) NOT NULL,
  published_at DATETIME(6) NULL,
  UNIQUE KEY step (step_id),
  KEY unpublished (published_at, id),
  CONSTRAINT outbox_step FOREIGN KEY (step_id) REFERENCES steps (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
