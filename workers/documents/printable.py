"""Makes any text fit to be printed: PDF/A refuses a whole document for one character that no font can draw."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from workers.documents.coverage import font_coverages

BOX = "□"  # U+25A1, for what no vendored font covers
BREAK = "\N{ZERO WIDTH SPACE}"
BREAK_EVERY = 24  # letters; a longer run without a space may be broken there, so that it stays on the paper
# Thai to Myanmar, Khmer, Chinese to Korean: lines break there without spaces, and at better places.
BREAKING_SCRIPTS = (range(0x0E00, 0x1100), range(0x1780, 0x1800), range(0x2E80, 0xFB00))

# Western words, none long enough to be broken: the first font draws each of their letters, which need no composing.
_EASY = re.compile(r"\s*(?:[!-~\xa1-\xac\xae-\xff]{1,24}(?:\s+|$))*", re.ASCII)

_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_SKIN_TONES = range(0x1F3FB, 0x1F400)


def printable(text: str) -> str:
    """Return one line that the vendored fonts can set.

    Composed (NFC); control and direction characters are gone, white space is a plain space, a character that no font
    covers is a box. A letter and its marks must come from one font: of marks which that font lacks a box is left.
    """
    if _EASY.fullmatch(text):
        return " ".join(text.split())  # what the long way gives, in a hundredth of its time
    return "".join(_breakable([_drawable(cluster) for cluster in clusters(one_line(text))]))


def one_line(text: str) -> str:
    """Return the text composed (NFC) on one line, without control and direction characters: fit for a mail."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return unicodedata.normalize("NFC", " ".join("".join(map(_plain, text)).split()))


def clusters(text: str) -> Iterator[str]:
    """Split into what is drawn as one: a letter with its marks, an emoji with its tone, parts held by joiners."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not _belongs(text[end - 1], text[end]):
            yield text[start:end]
            start = end


def _belongs(before: str, character: str) -> bool:
    joined_picture = before == _JOINERS[1] and unicodedata.category(character) == "So"
    return _extends(character) or joined_picture


def _extends(character: str) -> bool:
    is_mark = unicodedata.category(character).startswith("M")
    return is_mark or character in _JOINERS or ord(character) in _SKIN_TONES


def _plain(character: str) -> str:
    """Turn white space into a plain space, and drop what only steers (direction marks, variation selectors)."""
    category = unicodedata.category(character)
    if character.isspace():
        return " "
    steers = category in {"Cc", "Cf", "Cs"} and character not in _JOINERS
    return "" if steers or "VARIATION SELECTOR" in unicodedata.name(character, "") else character


def _drawable(cluster: str) -> str:
    """Keep a cluster that one font covers; of any other the letter with the marks it can have, and a box."""
    letters = [ord(character) for character in cluster if character not in _JOINERS]
    coverages = _coverages(cluster)
    if any(coverage.issuperset(letters) for coverage in coverages):
        return cluster
    own = next((coverage for coverage in coverages if ord(cluster[0]) in coverage), frozenset[int]())
    return "".join(character for character in cluster if ord(character) in own) + BOX


def _coverages(cluster: str) -> Sequence[frozenset[int]]:
    """Private-use characters count as covered by none: a PDF/A must be able to say what each character means."""
    return () if any(unicodedata.category(c) == "Co" for c in cluster) else font_coverages()


def _breakable(parts: Sequence[str]) -> Iterator[str]:
    run = 0
    for part in parts:
        breaks_anyway = part == " " or any(ord(part[0]) in script for script in BREAKING_SCRIPTS)
        run = 0 if breaks_anyway else run + 1
        if run > BREAK_EVERY and run % BREAK_EVERY == 1:
            yield BREAK
        yield part
