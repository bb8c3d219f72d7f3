"""An order; the two keys over the cart make a double post, and two tabs with two keys, one order."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENT = """
CREATE TABLE orders (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number CHAR(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cart_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  checkout_key VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cart_revision BIGINT UNSIGNED NOT NULL,
  request_sha CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id BIGINT UNSIGNED NULL,
  email VARCHAR(254) NOT NULL,
  email_norm VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  order_status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payment_status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  fulfillment_status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  return_status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  attention VARCHAR(200) NULL,
  hold_reason VARCHAR(200) NULL,
  payment_method VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  shipping_method VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subtotal_cents INT UNSIGNED NOT NULL,
  shipping_cents INT UNSIGNED NOT NULL,
  total_cents INT UNSIGNED NOT NULL,
  due_cents INT UNSIGNED NOT NULL,
  vat VARCHAR(400) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  placed_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NULL,
  canceled_at DATETIME(6) NULL,
  expired_at DATETIME(6) NULL,
  completed_at DATETIME(6) NULL,
  delivered_at DATETIME(6) NULL,
  test_run VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  UNIQUE KEY number (number),
  UNIQUE KEY once_a_key (cart_id, checkout_key),
  UNIQUE KEY once_a_revision (cart_id, cart_revision),
  KEY newest (placed_at, id),
  KEY by_order_status (order_status, placed_at, id),
  KEY by_payment_status (payment_status, placed_at, id),
  KEY by_fulfillment_status (fulfillment_status, placed_at, id),
  KEY by_email (email_norm, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
