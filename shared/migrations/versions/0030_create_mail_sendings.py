"""Mails that are being handed over, so few at a time; those that were ever sent again without certainty stay."""

from alembic import op

revision = "0030"
down_revision = "0029"

STATEMENT = """
CREATE TABLE mail_sendings (
  document_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  token CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  began_at DATETIME(6) NOT NULL,
  blind SMALLINT NOT NULL DEFAULT 0,
  CONSTRAINT mail_sending_document FOREIGN KEY (document_id) REFERENCES documents (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
