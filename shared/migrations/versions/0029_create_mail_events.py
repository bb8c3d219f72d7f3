"""What the mail service told us of our mails, each event once however often and by whichever way it comes."""

from alembic import op

revision = "0029"
down_revision = "0028"

STATEMENT = """
CREATE TABLE mail_events (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  event_sha CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tag VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at DATETIME(6) NOT NULL,
  times INT UNSIGNED NOT NULL DEFAULT 1,
  UNIQUE KEY once (event_sha),
  KEY by_tag (tag)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
