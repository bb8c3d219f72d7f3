"""A shopper's browser as far as carts need it: it calls the JSON API and keeps every cookie it gets."""

import json
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse

ANSWER_S = 15
NO_ANSWER = 0
AGAIN = frozenset({NO_ANSWER, 502, 503, 504})  # whether it was done is not known; the same may be sent again


@dataclass(frozen=True)
class Answer:
    """status: NO_ANSWER if there was none. instance: "" if no storefront answered. Times are of time.monotonic."""

    status: int
    document: Any
    instance: str
    asked_s: float
    answered_s: float

    @property
    def pieces(self) -> dict[str, int]:
        """Pieces by SKU of the cart that was answered."""
        return {line["sku"]: line["quantity"] for line in self.document["lines"]}


@dataclass
class Browser:
    """cookies: by name, the balancer's too."""

    url: str
    http: AsyncHTTPClient
    cookies: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Call the API. Two calls at once both carry the cookies of their beginning, as two tabs do."""
        request = HTTPRequest(
            f"{self.url}/api/v1{path}",
            method,
            self._headers() | {name.replace("_", "-"): value for name, value in headers.items()},
            None if body is None else json.dumps(body),
            connect_timeout=ANSWER_S,
            request_timeout=ANSWER_S,
        )
        asked_s = time.monotonic()
        try:
            answer = await self.http.fetch(request, raise_error=False)
        except (OSError, HTTPClientError):
            return Answer(NO_ANSWER, None, "", asked_s, time.monotonic())
        self._keep_cookies(answer)
        instance = answer.headers.get("X-Instance", "")
        return Answer(answer.code, _document(answer), instance, asked_s, time.monotonic())

    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Content-Type": "application/json"} | ({"Cookie": cookies} if cookies else {})

    def _keep_cookies(self, answer: HTTPResponse) -> None:
        for line in answer.headers.get_list("Set-Cookie"):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}


def _document(answer: HTTPResponse) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None
