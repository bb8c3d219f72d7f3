"""Problem documents (RFC 9457) of our errors."""

from typing import Any

from shared.errors import CartChanged, ShopError
from storefront.api import shapes

PROBLEM_TYPE = "application/problem+json"


def problem(error: ShopError) -> dict[str, Any]:
    members = dict(error.members)
    if isinstance(error, CartChanged):
        members["changes"] = [vars(change) for change in error.changes]
        members["cart"] = shapes.cart(error.cart).model_dump(mode="json")
    if error.errors:
        members["errors"] = [vars(fault) for fault in error.errors]
    return {
        "type": f"/problems/{error.name}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        **members,
    }
