"""A form that was sent and refused: what was typed, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.errors import OperationReused, ShopError
from storefront.tokens import is_token
from storefront.views.carts import new_operation_id

DONE_BEFORE = "You have sent this page already. Look at what it says now before you send it again."
AFRESH = "Open the page afresh and try again."


@dataclass(frozen=True)
class Asked:
    """What was sent in a form, and why it was refused; nothing of that on a fresh page."""

    typed: Mapping[str, str] = field(default_factory=dict)
    error: ShopError | None = None

    @property
    def operation_id(self) -> str:
        """Nothing was done under the form's id, so it stays; unless it belongs to something that was."""
        given = self.typed.get("operation_id", "")
        return given if is_token(given) and not isinstance(self.error, OperationReused) else new_operation_id()

    @property
    def faults(self) -> Mapping[str, str]:
        return {each.field: each.message for each in self.error.errors} if self.error else {}

    @property
    def reason(self) -> str:
        """Why it was refused, when no field says it."""
        if self.error is None:
            return ""
        if isinstance(self.error, OperationReused):
            return DONE_BEFORE
        return AFRESH if "operation_id" in self.faults else "" if self.error.errors else self.error.detail
