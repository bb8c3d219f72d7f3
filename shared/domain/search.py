"""How words are found: one normaliser for what is indexed and what is asked.

Case and accents are folded, and a word ends at anything but a letter or digit. The index knows a word as it stands and
in the singular, a hyphenated compound also written together ("T-shirt" is t, shirt and tshirt), and every ending of a
word, so that "coat" is found in "overcoat" by a beginning. A question is asked in the singular. A question of nothing
but punctuation has no words, and so finds everything, like an empty one: nothing was asked for.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

MAX_LENGTH, MAX_WORDS = 100, 8  # characters and words of a question that count
WORD_LENGTH = 40  # of the index's column
WHOLE_LENGTH = 2  # words this short (XL, M, 38) are looked up as they stand: their letters are in half of the shop
WEIGHTS = {"name": 100, "category": 60, "colour": 50, "size": 40, "audience": 40, "material": 30, "description": 20}
ENDING_PERCENT = 60  # what "coat" in "overcoat" weighs of the whole word
START_PERCENT = 40  # what the first two letters of a longer word weigh
INTACT = frozenset({"women", "woman", "female"})  # their endings mean somebody else

_SPELT_OUT = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t"}
)
_HYPHEN = re.compile(r"(?<=\w)[-‐‑](?=\w)")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s(?!\w)")
_IRREGULAR = {"men": "man", "women": "woman", "children": "child", "feet": "foot", "knives": "knife", "lives": "life"}
_VES = ("arves", "halves", "calves", "leaves", "loaves", "elves", "olves", "hooves")  # others keep it: gloves, sleeves


def normalise(text: str) -> list[str]:
    """The words of a question, folded and in the singular, each once; letters and digits only, nothing to escape.

    At most MAX_WORDS of the first MAX_LENGTH characters count.
    """
    return list(dict.fromkeys(map(_singular, _words(text[:MAX_LENGTH]))))[:MAX_WORDS]


def index_words(texts: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Every word and part of a word under which a style is found, with the greatest weight that it has anywhere.

    Args:
        texts: the style's texts by field, a key of WEIGHTS.
    """
    found: dict[str, int] = {}
    for field, values in texts.items():
        for word in {form for text in values for form in _forms(text)}:
            for part, percent in _parts(word):
                found[part] = max(found.get(part, 0), WEIGHTS[field] * percent // 100)
    return found


def suffix_words(word: str) -> Sequence[str]:
    """The endings of a word that are long enough to be looked for."""
    return () if word in INTACT else [word[start:] for start in range(1, len(word) - WHOLE_LENGTH)]


def _parts(word: str) -> Iterator[tuple[str, int]]:
    """What a word is found by, with the percentage of its weight."""
    yield word, 100
    for ending in suffix_words(word):
        yield ending, ENDING_PERCENT
    if len(word) > WHOLE_LENGTH:
        yield word[:WHOLE_LENGTH], START_PERCENT


def _forms(text: str) -> Iterator[str]:
    """Joined compounds are indexed only: asked for "wool-coat", a wool coat must still be found."""
    for word in (*_words(text), *_words(_HYPHEN.sub("", text))):
        yield word
        yield _singular(word)


def _words(text: str) -> list[str]:
    folded = _POSSESSIVE.sub("", _fold(text))
    return [word[:WORD_LENGTH] for word in "".join(c if _is_in_word(c) else " " for c in folded).split()]


def _fold(text: str) -> str:
    """Lower case without accents; invisible characters (soft hyphens, direction marks) are dropped."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold().translate(_SPELT_OUT))
    return "".join(c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")


def _is_in_word(character: str) -> bool:
    """Letters and digits of any script, and the vowel signs that some scripts write as marks."""
    return character.isalnum() or unicodedata.category(character) in ("Mc", "Mn")


def _singular(word: str) -> str:
    """dresses and dress, berries and berry, scarves and scarf, trousers and trouser; some other word loses its s."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 3 or not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(_VES):
        return f"{word[:-3]}f"
    stem = word[:-2] if word.endswith(("sses", "xes", "ches", "shes", "zzes")) else word[:-1]
    return _IRREGULAR.get(stem, stem)
