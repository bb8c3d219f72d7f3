"""Each attempt to pay an order; the provider's own reference once it is known."""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENT = """
CREATE TABLE payments (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  order_id BIGINT UNSIGNED NOT NULL,
  attempt SMALLINT UNSIGNED NOT NULL,
  method VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  token VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL,
  provider_ref VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  checkout_url VARCHAR(400) CHARACTER SET ascii COLLATE ascii_bin NULL,
  authorized_cents INT UNSIGNED NOT NULL DEFAULT 0,
  captured_cents INT UNSIGNED NOT NULL DEFAULT 0,
  refunded_cents INT UNSIGNED NOT NULL DEFAULT 0,
  created_at DATETIME(6) NOT NULL,
  voided_at DATETIME(6) NULL,
  failed_at DATETIME(6) NULL,
  failure VARCHAR(200) NULL,
  UNIQUE KEY attempt (order_id, attempt),
  UNIQUE KEY provider_ref (provider_ref),
  CONSTRAINT payment_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
