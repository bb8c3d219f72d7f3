"""What is typed and what is indexed meet in the same words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.search import MAX_WORDS, WHOLE_LENGTH, WORD_LENGTH, index_words, normalise

ANYTHING = st.text(st.characters(exclude_categories=[]))  # lone surrogates and control characters, too


def finds(question: str, name: str) -> bool:
    """Whether every word of the question is in the index of a style of this name, as the database looks it up."""
    found = index_words({"name": [name]})
    return all(
        word in found if len(word) <= WHOLE_LENGTH else any(part.startswith(word) for part in found)
        for word in normalise(question)
    )


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Wool COAT", ["wool", "coat"]),
        ("Café crème, señor", ["cafe", "creme", "senor"]),
        ("weiß Straße", ["weiss", "strasse"]),
        ("Æther øl Łódź cœur", ["aether", "ol", "lodz", "coeur"]),
        ("T-shirt", ["t", "shirt"]),
        ("men's", ["man"]),
        ("coat coat COATS", ["coat"]),
        ("400 g/m²", ["400", "g", "m2"]),
        ("soft\u00adhyphen \u202ewool\u202c", ["softhyphen", "wool"]),
        ("Ｆｕｌｌ width", ["full", "width"]),
        ("白いシャツ", ["白いシャツ"]),
    ],
)
def test_words_are_folded(typed: str, words: list[str]) -> None:
    assert normalise(typed) == words


@pytest.mark.parametrize("nothing", ["", "   ", '+-*"<>()~@%_\\', "'", "…—“”", "\x00\n", "🧣"])
def test_a_question_without_letters_has_no_words(nothing: str) -> None:
    assert normalise(nothing) == []


@pytest.mark.parametrize(
    ("plural", "word"),
    [
        ("dresses", "dress"),
        ("scarves", "scarf"),
        ("berries", "berry"),
        ("trousers", "trouser"),
        ("jeans", "jean"),
        ("gloves", "glove"),
        ("sleeves", "sleeve"),
        ("blouses", "blouse"),
        ("boxes", "box"),
        ("brushes", "brush"),
        ("shoes", "shoe"),
        ("accessories", "accessory"),
        ("women", "woman"),
        ("men", "man"),
        ("halves", "half"),
        ("leather", "leather"),
    ],
)
def test_plurals_and_singulars_find_each_other(plural: str, word: str) -> None:
    assert normalise(plural) == [word]
    assert finds(plural, word)
    assert finds(word, plural)
    assert finds(plural, plural)


@pytest.mark.parametrize("word", ["dress", "jeans", "canvas", "kids", "cross", "lens", "pocket", "knives", "us"])
def test_every_word_finds_itself(word: str) -> None:
    assert finds(word, word)


@pytest.mark.parametrize("question", ["t-shirt", "T‑Shirts", "tshirt", "t shirt", "shirt", "tshirts", "shir", "hirt"])
def test_a_t_shirt_is_found_however_it_is_spelt(question: str) -> None:
    assert finds(question, "Organic cotton T-shirt")


def test_the_t_of_t_shirt_finds_no_other_shirt() -> None:
    assert not finds("t-shirt", "Linen shirt")


def test_a_hyphen_that_the_name_has_not_still_finds_it() -> None:
    assert finds("wool-coat", "Wool coat")


def test_part_of_a_word_finds_it() -> None:
    assert finds("coat", "Overcoat")
    assert finds("over", "Overcoat")
    assert finds("verco", "Overcoat")
    assert not finds("coats-hanger", "Overcoat")


def test_two_letters_find_a_size_or_the_start_of_a_word_but_not_its_end() -> None:
    assert finds("XL", "XL")
    assert not finds("XL", "XXL")
    assert finds("co", "Wool coat")
    assert not finds("at", "Wool coat")


def test_men_are_not_part_of_women() -> None:
    assert finds("men", "for men")
    assert not finds("men", "for women")
    assert not finds("man", "women")


def test_a_name_weighs_more_than_a_description_and_a_whole_word_more_than_its_end() -> None:
    found = index_words({"name": ["Overcoat"], "description": ["Warmer than any coat"]})

    assert found["overcoat"] == 100
    assert found["coat"] == 60
    assert found["ov"] == 40
    assert found["warmer"] == 20
    assert found["armer"] == 12
    assert "at" not in found


def test_only_so_much_of_a_question_counts() -> None:
    assert normalise("a b c d e f g h i j") == list("abcdefgh")
    assert normalise("x" * 300) == ["x" * WORD_LENGTH]
    assert normalise(" " * 100 + "coat") == []


@given(ANYTHING)
def test_any_text_is_a_question(text: str) -> None:
    words = normalise(text)

    assert len(words) <= MAX_WORDS
    assert len(set(words)) == len(words)
    assert all(0 < len(word) <= WORD_LENGTH for word in words)
    assert not set("".join(words)) & set("+-*\"<>()~@%_\\' \x00")
    "".join(words).encode()  # no half of a surrogate pair is left


@given(ANYTHING)
def test_any_text_can_be_indexed(text: str) -> None:
    found = index_words({"name": [text]})

    assert all(0 < len(part) <= WORD_LENGTH for part in found)
    assert all(0 < weight <= 255 for weight in found.values())
    "".join(found).encode()


@given(st.text(max_size=100))
def test_a_style_is_found_by_its_own_name(name: str) -> None:
    assert finds(name, name)


@given(st.text(st.characters(codec="latin-1"), max_size=60))
def test_upper_and_lower_case_ask_the_same(text: str) -> None:
    assert normalise(text.upper()) == normalise(text.lower())
