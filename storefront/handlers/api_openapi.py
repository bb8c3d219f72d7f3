"""/api/v1/openapi.json"""

import json
from functools import cache
from typing import ClassVar

from storefront.api.openapi import openapi_document
from storefront.handlers.api import ApiHandler


@cache
def _text() -> str:
    from storefront.routes import API

    return json.dumps(openapi_document(API), ensure_ascii=False)


class OpenApiHandler(ApiHandler):
    is_for_everybody: ClassVar[bool] = True

    def get(self) -> None:
        self.keep_public()
        self.set_header("Content-Type", "application/json")
        self.finish(_text())
