"""Faults of an address under the names its fields have where it was typed."""

from shared.domain.countries import Address, check_address
from shared.errors import FieldError


def address_faults(address: Address, prefix: str) -> list[FieldError]:
    return [FieldError(prefix + fault.field, fault.message) for fault in check_address(address)]
