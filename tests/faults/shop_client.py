"""A small client of the shop's pages and JSON API, for which no answer is an answer, too."""

import json
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any

from tornado.httpclient import HTTPClientError, HTTPRequest, HTTPResponse
from tornado.simple_httpclient import SimpleAsyncHTTPClient

ANSWER_S = 15
CONNECTIONS = 200
NO_ANSWER = 0


class ShopClient:
    """Connections to one address, made when first needed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: SimpleAsyncHTTPClient | None = None

    async def post(self, path: str, body: object, headers: Mapping[str, str]) -> tuple[int, Any, str]:
        """Status (NO_ANSWER if there is none), the JSON, and the cart's new cookie or ""."""
        return await self.call("POST", path, body, headers)

    async def call(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> tuple[int, Any, str]:
        """As `post`, with another method; without a body if that is None."""
        text = None if body is None else json.dumps(body)
        kind = {} if body is None else {"Content-Type": "application/json"}
        try:
            answer = await self._ask(method, f"/api/v1{path}", {**kind, **headers}, text)
            return answer.code, json.loads(answer.body or b"null"), _cookie(answer)
        except (OSError, HTTPClientError, ValueError):
            return NO_ANSWER, "no answer", ""

    async def page(self, path: str, headers: Mapping[str, str]) -> tuple[int, str]:
        """Status (NO_ANSWER if there is none), and the cart's new cookie or ""."""
        try:
            answer = await self._ask("GET", path, headers, None)
        except (OSError, HTTPClientError):
            return NO_ANSWER, ""
        return answer.code, _cookie(answer)

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], body: str | None) -> HTTPResponse:
        self._client = self._client or SimpleAsyncHTTPClient(force_instance=True, max_clients=CONNECTIONS)
        request = HTTPRequest(
            self._url + path,
            method,
            dict(headers),
            body,
            connect_timeout=ANSWER_S,
            request_timeout=ANSWER_S,
            follow_redirects=False,
            allow_nonstandard_methods=True,
        )
        return await self._client.fetch(request, raise_error=False)

    def close(self) -> None:
        if self._client:
            self._client.close()


def _cookie(answer: HTTPResponse) -> str:
    cookies = SimpleCookie()
    for line in answer.headers.get_list("Set-Cookie"):
        cookies.load(line)
    return cookies["cart"].value if "cart" in cookies else ""
