"""Where we deliver to, and what an address there looks like."""

import re
import unicodedata
from dataclasses import dataclass, replace

from shared.errors import FieldError

TEXT_LENGTH = 100  # characters, after NFC


@dataclass(frozen=True)
class Address:
    """Where something goes; line2 may be empty, country is an ISO 3166 code of two capitals."""

    name: str
    line1: str
    line2: str
    city: str
    postcode: str
    country: str


@dataclass(frozen=True)
class Country:
    """A country we deliver to.

    Attributes:
        sign: its letters on cars, which people write before a postcode ("D-10969").
        pattern: the postcode in capitals without spaces and dashes, in the groups it is written in.
        gap: what stands between those groups.
        hint: a sentence that says how a postcode looks when right.
    """

    code: str
    name: str
    sign: str
    pattern: str
    gap: str
    example: str
    hint: str

    def postcode(self, typed: str) -> str | None:
        """Return the postcode as this country writes it ("1016dx" is "1016 DX"), or None when it is none."""
        plain = re.sub(r"[\s‐-―−-]", "", unicodedata.normalize("NFKC", typed).upper())
        found = re.fullmatch(rf"(?:(?:{self.code}|{self.sign})(?=[0-9]))?{self.pattern}", plain)
        return self.gap.join(found.groups()) if found else None


_EIRCODE = "0-9AC-FHKNPRTV-Y"

COUNTRIES: tuple[Country, ...] = (
    Country("AT", "Austria", "A", "([1-9][0-9]{3})", "", "1070", "Austria uses four digits, as in 1070."),
    Country("BE", "Belgium", "B", "([1-9][0-9]{3})", "", "1000", "Belgium uses four digits, as in 1000."),
    Country("DK", "Denmark", "DK", "([0-9]{4})", "", "2100", "Denmark uses four digits, as in 2100."),
    Country("FR", "France", "F", "([0-9]{5})", "", "75011", "France uses five digits, as in 75011."),
    Country("DE", "Germany", "D", "([0-9]{5})", "", "10969", "Germany uses five digits, as in 10969."),
    Country(
        "IE",
        "Ireland",
        "IRL",
        f"([AC-FHKNPRTV-Y][0-9]{{2}}|D6W)([{_EIRCODE}]{{4}})",
        " ",
        "D02 X285",
        "Ireland uses an Eircode of seven characters, as in D02 X285.",
    ),
    Country("IT", "Italy", "I", "([0-9]{5})", "", "00184", "Italy uses five digits, as in 00184."),
    Country("LU", "Luxembourg", "L", "([0-9]{4})", "", "1855", "Luxembourg uses four digits, as in 1855."),
    Country(
        "NL",
        "Netherlands",
        "NL",
        "([1-9][0-9]{3})((?!SA|SD|SS)[A-Z]{2})",
        " ",
        "1016 DX",
        "The Netherlands use four digits and two letters, as in 1016 DX.",
    ),
    Country("PL", "Poland", "PL", "([0-9]{2})([0-9]{3})", "-", "00-950", "Poland uses five digits, as in 00-950."),
    Country(
        "ES",
        "Spain",
        "E",
        "((?:0[1-9]|[1-4][0-9]|5[0-2])[0-9]{3})",
        "",
        "28013",
        "Spain uses five digits from 01 to 52, as in 28013.",
    ),
    Country("SE", "Sweden", "S", "([1-9][0-9]{2})([0-9]{2})", " ", "114 55", "Sweden uses five digits, as in 114 55."),
    Country("CH", "Switzerland", "CH", "([1-9][0-9]{3})", "", "8004", "Switzerland uses four digits, as in 8004."),
    Country(
        "GB",
        "United Kingdom",
        "GB",
        "([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][ABD-HJLNP-UW-Z]{2})",
        " ",
        "SW1A 1AA",
        "The United Kingdom uses letters and digits in two groups, as in SW1A 1AA.",
    ),
)
COUNTRY_BY_CODE = {country.code: country for country in COUNTRIES}

_TEXTS = (
    ("name", "Enter first and last name."),
    ("line1", "Enter street and number."),
    ("city", "Enter the town or city."),
)


def tidy_address(address: Address) -> Address:
    """Return the address as we keep it: trimmed, NFC, country and postcode in their usual form where they have one."""
    texts = {name: tidy_text(getattr(address, name)) for name in ("name", "line1", "line2", "city", "postcode")}
    code = address.country.strip().upper()
    country = COUNTRY_BY_CODE.get(code)
    postcode = (country.postcode(texts["postcode"]) if country else None) or texts["postcode"]
    return replace(address, **texts | {"postcode": postcode, "country": code})


def check_address(address: Address) -> list[FieldError]:
    """Name every field at fault, all at once, in the order of the form; an empty list is a good address."""
    tidy = tidy_address(address)
    faults = [(name, text_fault(getattr(tidy, name), missing)) for name, missing in _TEXTS]
    faults.insert(2, ("line2", text_fault(tidy.line2, "") if tidy.line2 else ""))
    faults += [("postcode", _postcode_fault(tidy)), ("country", _country_fault(tidy))]
    return [FieldError(name, fault) for name, fault in faults if fault]


def tidy_text(text: str) -> str:
    """Trim and compose (NFC), so that the same text is always the same characters."""
    return unicodedata.normalize("NFC", text).strip()


def text_fault(text: str, missing: str) -> str:
    """Say what is wrong with one line of tidy text, or "" when nothing is.

    Any script, quotes, HTML, right-to-left text and emoji are good; line breaks, NUL, broken surrogates are not.
    """
    if any(_breaks_a_line(character) for character in text):
        return "Use one line without control characters."
    if all(unicodedata.category(character) in {"Zs", "Cf"} for character in text):
        return missing
    return "" if len(text) <= TEXT_LENGTH else f"Use at most {TEXT_LENGTH} characters; these are {len(text)}."


def _breaks_a_line(character: str) -> bool:
    is_noncharacter = ord(character) & 0xFFFE == 0xFFFE  # no XML and no PDF can hold these
    return is_noncharacter or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}


def _postcode_fault(address: Address) -> str:
    country = COUNTRY_BY_CODE.get(address.country)
    if not country:
        return text_fault(address.postcode, "Enter the postcode.")
    return "" if country.postcode(address.postcode) else country.hint


def _country_fault(address: Address) -> str:
    return "" if address.country in COUNTRY_BY_CODE else "Choose one of the countries that we deliver to."


def country_name(code: str) -> str:
    """A country's name, or its code when we do not deliver there."""
    country = COUNTRY_BY_CODE.get(code)
    return country.name if country else code
