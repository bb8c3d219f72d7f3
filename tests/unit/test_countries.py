import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.countries import COUNTRIES, COUNTRY_BY_CODE, Address, Country, check_address, tidy_address
from shared.errors import FieldError

GOOD = Address("Ada Lovelace", "Lindenstraße 9", "", "Berlin", "10969", "DE")


def faults(**changes: str) -> dict[str, str]:
    return {fault.field: fault.message for fault in check_address(replace(GOOD, **changes))}


def test_we_deliver_to_fourteen_countries_sorted_by_name() -> None:
    names = [country.name for country in COUNTRIES]

    assert names == sorted(names)
    assert " ".join(COUNTRY_BY_CODE) == "AT BE DK FR DE IE IT LU NL PL ES SE CH GB"


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.code)
def test_the_example_in_the_hint_is_a_postcode_in_its_usual_form(country: Country) -> None:
    assert country.hint.endswith(f", as in {country.example}.")
    assert country.postcode(country.example) == country.example
    assert country.postcode(f" {country.example.lower()} ") == country.example
    assert country.postcode(re.sub("[ -]", "", country.example)) == country.example


@pytest.mark.parametrize(
    ("code", "typed", "kept"),
    [
        ("DE", "D-10969", "10969"),
        ("DE", "DE 10969", "10969"),
        ("DE", "１０９６９", "10969"),
        ("AT", "A-1070", "1070"),
        ("CH", "CH-8004", "8004"),
        ("NL", "1016dx", "1016 DX"),
        ("NL", "NL-1016 DX", "1016 DX"),
        ("LU", "L-1855", "1855"),
        ("PL", "00950", "00-950"),
        ("PL", "00–950", "00-950"),
        ("SE", "SE-11455", "114 55"),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "M1 1AE", "M1 1AE"),
        ("GB", "cr26xh", "CR2 6XH"),
        ("GB", "DN551PT", "DN55 1PT"),
        ("GB", "w1a0ax", "W1A 0AX"),
        ("GB", "EC1A1BB", "EC1A 1BB"),
        ("IE", "d02x285", "D02 X285"),
        ("IE", "D6W XY00", "D6W XY00"),
    ],
)
def test_a_postcode_is_kept_as_its_country_writes_it(code: str, typed: str, kept: str) -> None:
    assert COUNTRY_BY_CODE[code].postcode(typed) == kept


@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ("DE", "1096"),
        ("DE", "109699"),
        ("DE", "1096O"),
        ("DE", "A-10969"),
        ("DE", "١٠٩٦٩x"),
        ("AT", "0107"),
        ("NL", "1016"),
        ("NL", "1016 SS"),
        ("NL", "0016 DX"),
        ("ES", "53001"),
        ("ES", "00001"),
        ("SE", "014 55"),
        ("GB", "SW1A"),
        ("GB", "SW1A 1AC"),
        ("GB", "10969"),
        ("IE", "B02 X285"),
        ("IE", "D02 X28"),
        ("IT", ""),
    ],
)
def test_a_wrong_postcode_is_none(code: str, typed: str) -> None:
    assert COUNTRY_BY_CODE[code].postcode(typed) is None


def test_a_good_address_has_no_fault() -> None:
    assert check_address(GOOD) == []


def test_a_wrong_postcode_is_answered_with_how_it_looks_when_right() -> None:
    assert faults(postcode="1096") == {"postcode": "Germany uses five digits, as in 10969."}


def test_all_faults_are_told_at_once_in_the_order_of_the_form() -> None:
    found = check_address(Address("", " ", "x\0", "\n", "", "XX"))

    assert found == [
        FieldError("name", "Enter first and last name."),
        FieldError("line1", "Enter street and number."),
        FieldError("line2", "Use one line without control characters."),
        FieldError("city", "Enter the town or city."),
        FieldError("postcode", "Enter the postcode."),
        FieldError("country", "Choose one of the countries that we deliver to."),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "Conan O'Brien",
        'Ann "Bee" Cee',
        "<script>alert(1)</script>",
        "Robert'); DROP TABLE orders;--",
        "שרה כהן",
        "محمد علي",
        "王小明",
        "สมชาย ใจดี",
        "Zoë 👩‍👩‍👧 Ω",
        "\u202eevil",
        "x" * 100,
        "é" * 100,
        "e\u0301" * 100,
        "{{ 7*7 }}",
        "🎀",
    ],
)
def test_any_script_quotes_html_and_emoji_are_good_names(name: str) -> None:
    assert faults(name=name) == {}


@pytest.mark.parametrize(
    "name", ["a\0b", "a\nb", "a\r\nb", "a\tb", "a\x85b", "a\u2028b", "\ud83d", "a\uffffb", "\x1b[0m"]
)
def test_a_name_with_control_characters_is_refused(name: str) -> None:
    assert faults(name=name) == {"name": "Use one line without control characters."}


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "\u00a0\u200d\u2003", "\ufeff"])
def test_a_name_that_nobody_can_see_is_missing(name: str) -> None:
    assert faults(name=name) == {"name": "Enter first and last name."}


@pytest.mark.parametrize("field", ["name", "line1", "line2", "city"])
def test_a_text_of_101_characters_is_too_long(field: str) -> None:
    assert faults(**{field: "x" * 101}) == {field: "Use at most 100 characters; these are 101."}


def test_an_address_is_kept_trimmed_composed_and_with_its_postcode_in_the_usual_form() -> None:
    typed = Address(" Zoe\u0308 ", " Prinsengracht 1 ", " ", "Amsterdam\n", "1016dx", " nl ")

    assert tidy_address(typed) == Address("Zoë", "Prinsengracht 1", "", "Amsterdam", "1016 DX", "NL")


anything = st.text(st.characters(), max_size=130)


@given(
    st.builds(Address, anything, anything, anything, anything, anything, anything | st.sampled_from([*COUNTRY_BY_CODE]))
)
def test_any_text_is_judged_and_tidying_twice_changes_nothing(address: Address) -> None:
    tidy = tidy_address(address)

    assert tidy_address(tidy) == tidy
    assert check_address(tidy) == check_address(address)
    assert all(fault.message for fault in check_address(address))
