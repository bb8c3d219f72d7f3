"""What all calls of the API have in common: JSON in, JSON out, problems as documents."""

import hashlib
import json
from http import HTTPStatus
from typing import ClassVar, TypeVar

from pydantic import BaseModel

from shared.domain.cart import Cart
from shared.domain.priced_cart import PricedCart
from shared.errors import FieldError, Invalid, NotFound, ShopError, UnsupportedMediaType
from storefront import cart_desk
from storefront.api import shapes
from storefront.api.problems import PROBLEM_TYPE, problem
from storefront.cart_store import Operation
from storefront.handlers.shopper import ShopperHandler
from storefront.tokens import TOKEN_HINT, is_token
from storefront.validation import check, read_json

T = TypeVar("T", bound=BaseModel)
OPERATION_ID = "Operation-Id"


class ApiHandler(ShopperHandler):
    needs_proof_of_origin: ClassVar[bool] = False

    def read(self, model: type[T]) -> T:
        """Read the body as JSON and check it.

        Raises:
            UnsupportedMediaType, Unreadable, Invalid
        """
        if self.content_type() != "application/json":
            raise UnsupportedMediaType("Send application/json.")
        return check(model, read_json(self.body()))

    def answer(self, document: BaseModel, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(document.model_dump_json())

    async def answer_cart(self, cart: Cart) -> None:
        self.answer_priced(cart, await cart_desk.priced(self.shop, cart))

    def answer_priced(self, cart: Cart, priced: PricedCart) -> None:
        self.keep_cart(cart)
        self.answer(shapes.cart(priced))

    def change(self, body: BaseModel | None = None) -> Operation:
        """The operation of this request: its Operation-Id, if any, and a hash of what it asks for."""
        sha = hashlib.sha256(body.model_dump_json().encode() if body else b"").hexdigest()
        return self.operation(self.request.headers.get(OPERATION_ID), sha, OPERATION_ID)

    def token_header(self, name: str) -> str | None:
        value = self.request.headers.get(name)
        if value is not None and not is_token(value):
            raise Invalid(errors=[FieldError(name, TOKEN_HINT)])
        return value

    def tell(self, error: ShopError) -> None:
        self.set_header("Content-Type", PROBLEM_TYPE)
        self.finish(json.dumps(problem(error), ensure_ascii=False))


class UnknownCallHandler(ApiHandler):
    """No such call: 404 for every method."""

    is_for_everybody: ClassVar[bool] = True

    async def prepare(self) -> None:
        await super().prepare()
        raise NotFound("There is no such call; /api/v1/openapi.json lists them all.")
