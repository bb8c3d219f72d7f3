"""A cart as its shopper knows it: every change is sent under one id until it is answered, and written down."""

import time
from collections.abc import Mapping
from typing import Any

from loadtests.diary import Cart
from loadtests.history import NEVER, Operation
from loadtests.kinds import CART, CART_CHANGE, LAST_LOOK
from loadtests.visitor import AGAIN, Answer, Question, Visitor, new_key

LATE_S = 5  # what a storefront was asked before it died is done by then, or never
METHODS = {"add": "POST", "put": "PUT", "remove": "DELETE", "read": "GET"}
TAKEN, REFUSED, SOLD_OUT = 200, 422, 409


class Basket:
    """One browser's cart; `follow` goes on with it in another browser."""

    def __init__(self, shopper: Visitor) -> None:
        self._shopper = shopper
        self._cart = Cart(whose=type(shopper).__name__)
        self._look_kind = CART
        self.is_closed = False
        shopper.trip.diary.carts.append(self._cart)

    @property
    def is_touched(self) -> bool:
        return bool(self._cart.operations)

    def add(self, sku: str, pieces: int = 1) -> Answer:
        return self._do("add", "/items", {"sku": sku, "quantity": pieces}, sku, pieces)

    def put(self, sku: str, pieces: int) -> Answer:
        return self._do("put", f"/items/{sku}", {"quantity": pieces}, sku, pieces)

    def remove(self, sku: str) -> Answer:
        return self._do("remove", f"/items/{sku}", None, sku)

    def look(self) -> Answer:
        return self._do("read", "", None)

    def look_for_the_last_time(self) -> None:
        """So that the verdict knows how the cart is at the end; asked once."""
        if self.is_touched and not self.is_closed:
            self.is_closed = True
            self.look()

    def look_as_the_run_ends(self) -> None:
        """All shoppers do so in the same moment."""
        self._look_kind = LAST_LOOK
        self.look_for_the_last_time()

    def empty_by_order(self, first: Answer, last: Answer) -> None:
        """An order took everything out, or may have: whether an unanswered one was placed is not known."""
        self._note("clear", "", 0, first, last)

    def _do(self, verb: str, path: str, body: Mapping[str, Any] | None, sku: str = "", pieces: int = 0) -> Answer:
        kind = self._look_kind if verb == "read" else CART_CHANGE
        headers = {"Content-Type": "application/json", "Operation-Id": new_key()}
        good = (TAKEN, REFUSED, *self._shopper.trip.refusals)
        first, last = self._shopper.until_answered(
            Question(kind=kind, method=METHODS[verb], path=f"/api/v1/cart{path}", body=body, headers=headers, good=good)
        )
        if last.status == SOLD_OUT:
            self._shopper.trip.diary.note_refusal(last.problem)
        if last.status != SOLD_OUT or first is not last:
            self._note(verb, sku, pieces, first, last)
        return last

    def _note(self, verb: str, sku: str, pieces: int, first: Answer, last: Answer) -> None:
        is_unknown = last.status in AGAIN or last.status == SOLD_OUT
        self._cart.operations.append(
            Operation(
                verb=verb,
                sku=sku,
                pieces=pieces,
                asked_s=first.asked_s,
                asked_last_s=last.asked_s,
                answered_s=NEVER if is_unknown else last.answered_s,
                over_s=time.monotonic() + LATE_S if is_unknown else NEVER,
                seen=last.pieces if last.status == TAKEN else None,
                is_refused=last.status == REFUSED,
            )
        )
