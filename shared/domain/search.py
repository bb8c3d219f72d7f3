"""How words are found: one normaliser for what is indexed and what is asked.

Case and accents are folded, words end at anything but a letter or digit, hyphenated compounds are also found written
together ("T-shirt" is t, shirt and tshirt), and a plural finds the singular and the other way round. A question of
nothing but punctuation has no words, and so finds everything, like an empty one.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

MAX_LENGTH, MAX_WORDS = 100, 8  # characters and words of a question that count
WORD_LENGTH = 40
WHOLE_LENGTH = 1  # a word this short is found only as it stands, or "t" would find half of the shop
WEIGHTS = {"name": 40, "category": 20, "colour": 16, "size": 12, "audience": 8, "material": 6, "description": 4}
LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_WORD = re.compile(r"[^\W_]+")
_COMPOUND = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)+")


def normalise(text: str) -> list[str]:
    """The words of a question, folded and in the singular, each once.

    At most MAX_WORDS of the first MAX_LENGTH characters count.
    """
    words = (_singular(word)[:WORD_LENGTH] for word in _WORD.findall(_fold(text[:MAX_LENGTH])))
    return list(dict.fromkeys(words))[:MAX_WORDS]


def index_words(texts: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Every word and every end of a word under which a style is found, with its weight.

    Args:
        texts: the style's texts by field, a key of WEIGHTS; a part of a word weighs half of the whole.
    """
    found: dict[str, int] = {}
    for field, values in texts.items():
        for word in _words_of(values):
            for start in range(len(word)):
                weight = WEIGHTS[field] if start == 0 else WEIGHTS[field] // 2
                found[word[start:]] = max(found.get(word[start:], 0), weight)
    return found


def _words_of(values: Iterable[str]) -> set[str]:
    words: set[str] = set()
    for text in map(_fold, values):
        words.update(_WORD.findall(text))
        words.update(re.sub(r"\W", "", compound) for compound in _COMPOUND.findall(text))
    return {form[:WORD_LENGTH] for word in words for form in (word, _singular(word))}


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _singular(word: str) -> str:
    """What a plural and its singular have in common, by the rules of English spelling."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith("ves"):
        return word[:-3] + "f"
    if len(word) > 4 and word.endswith(("sses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word
