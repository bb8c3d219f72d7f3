"""What was taken out of a cart without an order: joined to an account's cart, or gone with a deleted account.

The row decides, as an order's does: a copy of the cart up to this revision is dead for ever.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
STATEMENT = """
CREATE TABLE taken_carts (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  cart_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cart_revision BIGINT UNSIGNED NOT NULL,
  pieces TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id BIGINT UNSIGNED NULL,
  added TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cuts TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  taken_at DATETIME(6) NOT NULL,
  joined_at DATETIME(6) NULL,
  shown_at DATETIME(6) NULL,
  UNIQUE KEY once (cart_id, cart_revision),
  KEY by_user (user_id, id),
  KEY old_ones (taken_at),
  CONSTRAINT taken_cart_user FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
