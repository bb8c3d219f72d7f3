"""The checkout's one form: everything typed is kept, every fault is told at once, beside its field."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from shared.domain.countries import Address, tidy_address
from shared.domain.shipping import ShippingMethod
from shared.errors import FieldError, Invalid, KeyMissing
from shared.services.checkout import OrderRequest
from storefront.api.models import Email
from storefront.fields import Fields
from storefront.forms.addresses import address_faults
from storefront.forms.seen import read_seen
from storefront.tokens import is_token
from storefront.validation import faults

ADDRESS = ("name", "line1", "line2", "postcode", "city", "country")
BILLING = "billing_"
PAYMENTS = ("invoice", "card")
TYPED = ("email", *ADDRESS, "billing_same", *(BILLING + name for name in ADDRESS), "shipping_method", "payment")
FRESH = dict.fromkeys(TYPED, "") | {
    "country": "DE",
    "billing_country": "DE",
    "billing_same": "1",
    "shipping_method": "standard",
    "payment": "invoice",
}
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)


@dataclass(frozen=True)
class CheckoutForm:
    """What was posted, as it was typed."""

    typed: Mapping[str, str]
    key: str
    revision: str
    seen: str

    def order_request(self) -> OrderRequest:
        """Check everything.

        Raises:
            Invalid: names every field at fault, in the order of the form.
        """
        wrong = [*self._email_faults(), *self._address_faults(), *self._choice_faults()]
        if not self.revision.isascii() or not self.revision.isdigit() or len(self.revision) > 15:
            wrong.append(FieldError("cart_revision", "Open the page afresh and try again."))
        if wrong:
            raise Invalid(errors=wrong)
        method = ShippingMethod(self.typed["shipping_method"])
        return OrderRequest(
            email=_EMAIL.validate_python(self.typed["email"]),
            cart_revision=int(self.revision),
            shipping_method=method,
            shipping_address=tidy_address(self._address("")),
            billing_address=tidy_address(self._address(BILLING)) if self._has_billing else None,
            payment_method=self.typed["payment"],
            seen=read_seen(self.seen, method),
        )

    @property
    def _has_billing(self) -> bool:
        return self.typed["billing_same"] != "1"

    def _address(self, prefix: str) -> Address:
        return Address(**{name: self.typed[prefix + name] for name in ADDRESS})

    def _email_faults(self) -> list[FieldError]:
        if not self.typed["email"].strip():
            return [FieldError("email", "Enter your e-mail address.")]
        try:
            _EMAIL.validate_python(self.typed["email"])
        except ValidationError as error:
            return [FieldError("email", faults(error)[0].message)]
        return []

    def _address_faults(self) -> list[FieldError]:
        found = address_faults(self._address(""), "")
        return found + (address_faults(self._address(BILLING), BILLING) if self._has_billing else [])

    def _choice_faults(self) -> list[FieldError]:
        wrong = []
        if self.typed["shipping_method"] not in frozenset(ShippingMethod):
            wrong.append(FieldError("shipping_method", "Choose how it is sent."))
        if self.typed["payment"] not in PAYMENTS:
            wrong.append(FieldError("payment", "Choose how you pay."))
        return wrong


def read_checkout(fields: Fields) -> CheckoutForm:
    """Take the form apart; it is checked later, so that a page can show it again as it was.

    Raises:
        KeyMissing: no usable checkout_key, so this did not come from our page.
    """
    key = fields.get("checkout_key", "")
    if not is_token(key):
        raise KeyMissing("Open the checkout afresh and try again.")
    typed = {name: fields.get(name, "") for name in TYPED}
    return CheckoutForm(typed, key, fields.get("cart_revision", ""), fields.get("seen", ""))
