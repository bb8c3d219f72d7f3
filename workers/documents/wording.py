"""How invoice and mails write dates, rates and addresses, so that all of them say the same."""

from datetime import date, timedelta

from shared.domain.countries import Address, country_name
from shared.settings import Seller

SHIPPING_NAMES = {"standard": "Standard delivery", "express": "Express delivery"}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)  # not from strftime, which follows the machine's language
SUPPLIED_WITHIN = timedelta(days=6)  # the slowest delivery: four working days and a weekend


def long_date(day: date) -> str:
    """Write 2026-12-09 as "9 December 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def expected_supply(issued_on: date) -> tuple[date, date]:
    """Return the first and last day on which goods that were invoiced before dispatch are expected."""
    return issued_on, issued_on + SUPPLIED_WITHIN


def expected_months(issued_on: date) -> str:
    """Name the month of supply, which § 14 UStG asks for when the day is not known; two in short: "Nov or Dec 2026"."""
    first, last = expected_supply(issued_on)
    if first.month == last.month:
        return f"{MONTHS[first.month - 1]} {first.year}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{MONTHS[first.month - 1][:3]}{year} or {MONTHS[last.month - 1][:3]} {last.year}"


def rate(rate_bp: int) -> str:
    """Write 1900 basis points as "19 %", 550 as "5.5 %"; the space does not break."""
    return f"{rate_bp / 100:g}\N{NO-BREAK SPACE}%"


def address_lines(address: Address) -> list[str]:
    """Return an address as it is written on a letter, without empty lines."""
    town = f"{address.postcode} {address.city}"
    lines = (address.name, address.line1, address.line2, town, country_name(address.country))
    return [line for line in lines if line.strip()]


def seller_lines(seller: Seller) -> list[str]:
    town = f"{seller.postcode} {seller.city}"
    return [seller.name, seller.line1, town, country_name(seller.country)]


def in_fours(iban: str) -> str:
    """Write an IBAN as people compare it, in groups of four."""
    plain = "".join(iban.split())
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))
