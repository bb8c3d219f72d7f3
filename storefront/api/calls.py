"""Each call of the API as its users see it: what it takes, what it answers, what can go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from storefront.api import answers, models


@dataclass(frozen=True, kw_only=True)
class Call:
    """One method of one path.

    Attributes:
        query: a model whose fields are query parameters.
        headers: names of parameters in PARAMETERS.
        problems: the statuses of refusals beyond those that any call may meet.
    """

    summary: str
    answer: type[BaseModel] | None
    status: int = 200
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    parameters: tuple[str, ...] = ()
    problems: tuple[int, ...] = ()
    answer_headers: Mapping[str, str] = field(default_factory=dict)


ANY_CALL = (400, 403, 421, 429, 500, 503)

PROBLEMS = {
    400: "Unreadable, or `key-missing`.",
    403: "Another site sent this; `test-run`: the token of a load run is not good.",
    404: "`not-found`",
    409: "`sold-out`, `cart-changed`, `cart-full`, `cart-empty`, `cart-ordered`; of load runs `run-exists`, "
    "`run-closed`, `run-mixed`.",
    410: "Not sold any more.",
    413: "More than 64 KiB.",
    415: "Send application/json.",
    421: "This host is not the shop's.",
    422: "`validation` names each field at fault; `key-reused`, `operation-reused`.",
    429: "Too many requests; Retry-After says when to go on.",
    500: "Our fault.",
    503: "Something is away for a moment; Retry-After says when to go on.",
}

_TOKEN = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"}
PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "operation_id": {
        "name": "Operation-Id",
        "in": "header",
        "description": "The same again does nothing twice; with another body it is refused.",
        "schema": _TOKEN,
        "example": "01JDG5Q7R2T4",
    },
    "idempotency_key": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "The same key with the same body gives the same order.",
        "schema": _TOKEN,
        "example": "01JDG5XW8M3K",
    },
    "test_run": {
        "name": "X-Test-Run",
        "in": "header",
        "required": True,
        "description": "The load run's token, signed with the shop's LOAD_RUN_SECRET: `v1.RUN.EXPIRES.MAC`.",
        "schema": {"type": "string", "maxLength": 100},
    },
    "order_key": {
        "name": "key",
        "in": "query",
        "description": "From the order's url; not needed by the browser or program that holds the cart's cookie.",
        "schema": {"type": "string", "maxLength": 100},
    },
}

LIST_PRODUCTS = Call(
    summary="Products on sale, newest first.", answer=answers.Products, query=models.ProductsQuery, problems=(422,)
)
READ_PRODUCT = Call(summary="A product with its variants.", answer=answers.ProductPage, problems=(404, 410))
READ_CART = Call(summary="The cart; revision 0 means that there is none.", answer=answers.CartAnswer, problems=(409,))
CLEAR_CART = Call(
    summary="Take everything out.", answer=answers.CartAnswer, parameters=("operation_id",), problems=(409, 422)
)
ADD_ITEM = Call(
    summary="Put pieces into the cart.",
    answer=answers.CartAnswer,
    body=models.ItemToAdd,
    parameters=("operation_id",),
    problems=(404, 409, 410, 413, 415, 422),
)
PUT_ITEM = Call(
    summary="Let a line hold so many pieces.",
    answer=answers.CartAnswer,
    body=models.ItemQuantity,
    parameters=("operation_id",),
    problems=(404, 409, 410, 413, 415, 422),
)
REMOVE_ITEM = Call(
    summary="Take a line out; one that is not there is no error.",
    answer=answers.CartAnswer,
    parameters=("operation_id",),
    problems=(409, 422),
)
PLACE_ORDER = Call(
    summary="Order what is in the cart.",
    answer=answers.OrderAnswer,
    status=201,
    body=models.OrderToPlace,
    parameters=("idempotency_key",),
    problems=(409, 413, 415, 422),
    answer_headers={
        "Idempotency-Replayed": "`true` when this key had made the order before.",
        "Location": "The order.",
    },
)
READ_ORDER = Call(
    summary="An order with its steps, events and documents.",
    answer=answers.OrderAnswer,
    parameters=("order_key",),
    problems=(404, 409),
)
OPEN_RUN = Call(
    summary="Open a load run, whose shoppers buy from a stock of their own.",
    answer=answers.RunAnswer,
    status=201,
    body=models.RunToOpen,
    parameters=("test_run",),
    problems=(404, 409, 413, 415, 422),
)
END_RUN = Call(
    summary="End a load run; ended again, it keeps its first end.",
    answer=answers.RunAnswer,
    parameters=("test_run",),
    problems=(404, 415),
)
READ_RUN = Call(
    summary="What a load run left: orders, stock, and on request the audit of both.",
    answer=answers.RunReport,
    query=models.RunQuery,
    parameters=("test_run",),
    problems=(404, 422),
)
READ_OPENAPI = Call(summary="This document.", answer=None)
