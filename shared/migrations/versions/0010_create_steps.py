"""The step ledger: what must be done for an order, by whom it is claimed and until when. The database, not the queue,
says what is done."""

from alembic import op

revision = "0010"
down_revision = "0009"

STATEMENT = """
CREATE TABLE steps (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  order_id BIGINT UNSIGNED NOT NULL,
  step VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ref BIGINT UNSIGNED NOT NULL DEFAULT 0,
  state VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  attempt INT UNSIGNED NOT NULL DEFAULT 0,
  lease_token CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  lease_until DATETIME(6) NULL,
  next_retry_at DATETIME(6) NULL,
  due_at DATETIME(6) NOT NULL,
  error VARCHAR(500) NULL,
  created_at DATETIME(6) NOT NULL,
  done_at DATETIME(6) NULL,
  UNIQUE KEY once (order_id, step, ref),
  KEY due (state, due_at),
  CONSTRAINT step_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
