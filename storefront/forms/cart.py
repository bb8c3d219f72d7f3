"""What the cart's forms hold. Quantities are digits from 1 to 99, nothing else."""

import re

from shared.domain.cart import MAX_QUANTITY
from shared.errors import FieldError, Invalid
from storefront.fields import Fields

QUANTITY_HINT = f"Choose a quantity from 1 to {MAX_QUANTITY}."


def read_quantity(fields: Fields) -> int:
    """The field `quantity`.

    Raises:
        Invalid: it is missing, no whole number, or not 1..99.
    """
    typed = fields.get("quantity", "").strip()
    if not re.fullmatch(r"[0-9]{1,4}", typed) or not 1 <= int(typed) <= MAX_QUANTITY:
        raise Invalid(errors=[FieldError("quantity", QUANTITY_HINT)])
    return int(typed)


def read_sku(fields: Fields) -> str:
    """The field `sku`: on a product's page the chosen size.

    Raises:
        Invalid: nothing is chosen.
    """
    sku = fields.get("sku", "").strip()
    if not sku:
        raise Invalid(errors=[FieldError("sku", "Choose a size.")])
    return sku
