"""The index of the search: every suffix of every word of a style, so that part of a word is found by a prefix scan
(MariaDB has no ngram parser)."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENT = """
CREATE TABLE search_words (
  style_id INT UNSIGNED NOT NULL,
  word VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  weight TINYINT UNSIGNED NOT NULL,
  PRIMARY KEY (word, style_id),
  KEY by_style (style_id),
  CONSTRAINT search_style FOREIGN KEY (style_id) REFERENCES styles (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
"""


def upgrade() -> None:
    op.execute(STATEMENT)
