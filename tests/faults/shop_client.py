"""A small client of the shop's JSON API, for which no answer is an answer, too."""

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
        self._client = self._client or SimpleAsyncHTTPClient(force_instance=True, max_clients=CONNECTIONS)
        request = HTTPRequest(
            f"{self._url}/api/v1{path}",
            "POST",
            {"Content-Type": "application/json", **headers},
            json.dumps(body),
            connect_timeout=ANSWER_S,
            request_timeout=ANSWER_S,
        )
        try:
            answer = await self._client.fetch(request, raise_error=False)
            return answer.code, json.loads(answer.body or b"null"), _cookie(answer)
        except (OSError, HTTPClientError, ValueError):
            return NO_ANSWER, "no answer", ""

    def close(self) -> None:
        if self._client:
            self._client.close()


def _cookie(answer: HTTPResponse) -> str:
    cookies = SimpleCookie()
    for line in answer.headers.get_list("Set-Cookie"):
        cookies.load(line)
    return cookies["cart"].value if "cart" in cookies else ""
