"""The forms of an order's page in the back office, with what was typed and why it was refused."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.errors import OperationReused, ShopError
from shared.queries.order_view import OrderView
from storefront.forms.desk import PIECES, write_all
from storefront.tokens import is_token
from storefront.views.desk_possible import Possible, possible

DONE_BEFORE = (
    "This page has done something already. Below is how the order stands now; look again before you repeat it."
)
SUBJECTS = {"deliver": "shipment_id", "receive": "return_id"}


@dataclass(frozen=True)
class Refused:
    """A form that was refused: what was typed, and why."""

    act: str
    typed: Mapping[str, str]
    error: ShopError

    @property
    def subject(self) -> str:
        return self.typed.get(SUBJECTS.get(self.act, ""), "")

    @property
    def reason(self) -> str:
        if isinstance(self.error, OperationReused):
            return DONE_BEFORE
        if not self.error.errors:
            return self.error.detail
        return " ".join(dict.fromkeys(_sentence(each.field, each.message) for each in self.error.errors))

    @property
    def operation_id(self) -> str:
        """Nothing was done under the form's id, so it stays; unless it belongs to something that was."""
        given = self.typed.get("operation_id", "")
        return given if is_token(given) and not isinstance(self.error, OperationReused) else new_id()


@dataclass(frozen=True, kw_only=True)
class Count:
    """A field for pieces of one line."""

    sku: str
    words: str
    most: int
    typed: str = ""
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class DeskForm:
    """A form to show; everything: the value of the button that takes all its pieces."""

    act: str
    operation_id: str
    subject: str
    counts: tuple[Count, ...]
    everything: str
    is_refused: bool = False
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.act}{self.subject}"

    @property
    def pieces(self) -> int:
        return sum(count.most for count in self.counts)


def desk_forms(order: OrderView, may: frozenset[str], refused: Refused | None = None) -> dict[str, list[DeskForm]]:
    """The forms somebody may send, by what they do; the refused one too, even if nothing is left to do."""
    offers = [offer for offer in possible(order) if offer.act in may]
    if refused and not any((offer.act, offer.subject) == (refused.act, refused.subject) for offer in offers):
        offers.append(Possible(refused.act, {}, refused.subject))
    forms: dict[str, list[DeskForm]] = {}
    for offer in offers:
        is_refused = refused is not None and (offer.act, offer.subject) == (refused.act, refused.subject)
        forms.setdefault(offer.act, []).append(_form(order, offer, refused if is_refused else None))
    return forms


def names(order: OrderView) -> dict[str, str]:
    """Each SKU of the order in words."""
    return {line.sku: f"{line.name}, {line.colour}, {line.size}" for line in order.lines}


def new_id() -> str:
    return secrets.token_urlsafe(16)


def _form(order: OrderView, offer: Possible, refused: Refused | None) -> DeskForm:
    typed = refused.typed if refused else {}
    faults = {each.field: each.message for each in refused.error.errors} if refused else {}
    counts = [
        Count(
            sku=sku,
            words=words,
            most=offer.pieces.get(sku, 0),
            typed=typed.get(PIECES + sku, ""),
            fault=faults.get(PIECES + sku, ""),
        )
        for sku, words in names(order).items()
    ]
    return DeskForm(
        act=offer.act,
        operation_id=refused.operation_id if refused else new_id(),
        subject=offer.subject,
        counts=tuple(count for count in counts if count.most or count.typed),
        everything=write_all(offer.pieces),
        is_refused=refused is not None,
        typed=typed,
        faults=faults,
    )


def _sentence(name: str, message: str) -> str:
    return f"{name.removeprefix(PIECES)}: {message}" if name.startswith(PIECES) else message
