"""The search index: written whole for a style, read as one pass over the beginnings that were asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.db import Connection
from shared.domain.search import MAX_WORDS, WHOLE_LENGTH
from shared.queries.sql import in_list

ROWS = 5000  # an INSERT: about 150 kB


@dataclass(frozen=True)
class Found:
    """A derived table of style_id and score; its arguments come where its SQL stands."""

    sql: str
    args: tuple[str, ...]


async def index_styles(connection: Connection, words: Mapping[int, Mapping[str, int]]) -> None:
    """Replace what styles are found by: style id -> word or part of a word -> weight."""
    if not words:
        return
    await connection.execute(f"DELETE FROM search_words WHERE style_id IN ({in_list(list(words))})", tuple(words))
    # In the order of the primary key, so that the pages of the index are visited once.
    rows = sorted((word, style_id, weight) for style_id, found in words.items() for word, weight in found.items())
    for start in range(0, len(rows), ROWS):
        await connection.many(
            "INSERT INTO search_words (word, style_id, weight) VALUES (%s, %s, %s)", rows[start : start + ROWS]
        )


def found_styles(words: Sequence[str]) -> Found:
    """Styles in which every word is found; the score adds up each word's best weight.

    Args:
        words: normalised and in the singular, not empty.
    """
    tests = [_test(word) for word in words[:MAX_WORDS]]
    score = " + ".join(f"MAX(CASE WHEN {sql} THEN weight END)" for sql, _ in tests)  # NULL when a word is missing
    either = " OR ".join(sql for sql, _ in tests)
    values = tuple(value for _, value in tests)
    sql = f"SELECT style_id, {score} AS score FROM search_words WHERE {either} GROUP BY style_id HAVING score > 0"
    return Found(sql, values + values)


def _test(word: str) -> tuple[str, str]:
    if len(word) <= WHOLE_LENGTH:
        return "word = %s", word
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return "word LIKE %s", f"{escaped}%"
