"""The OpenAPI document: complete, valid, and made of the types that check."""

import re
from typing import Any

from storefront.handlers.base import BaseHandler
from storefront.routes import API
from tests.web.browser import Browser


def _own_methods(handler: type[BaseHandler]) -> set[str]:
    return {name for name in ("get", "post", "put", "delete") if name in vars(handler)}


def test_every_call_is_described() -> None:
    described = {route.path: set(route.calls) for route in API}

    assert described == {route.path: _own_methods(route.handler) for route in API}


async def test_it_is_served_and_every_reference_leads_somewhere(browser: Browser) -> None:
    answer = await browser.get("/api/v1/openapi.json")

    document = answer.json
    assert answer.status == 200
    assert document["openapi"] == "3.1.0"
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', answer.text):
        found: Any = document
        for part in reference.split("/"):
            found = found[part]
        assert found


async def test_what_is_checked_is_what_is_told(browser: Browser) -> None:
    schemas = (await browser.get("/api/v1/openapi.json")).json["components"]["schemas"]

    assert schemas["ItemToAdd"]["additionalProperties"] is False
    assert schemas["ItemToAdd"]["properties"]["quantity"] | {"title": ""} == {
        "type": "integer", "minimum": 1, "maximum": 99, "title": "",
    }  # fmt: skip
    assert set(schemas["ItemToAdd"]["required"]) == {"sku", "quantity"}
