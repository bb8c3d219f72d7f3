"""A client that keeps cookies, follows no redirect and raises for no status."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from tornado.httpclient import AsyncHTTPClient
from tornado.httputil import HTTPHeaders

from tests.waiting import PATIENCE_S

OURS = {"Sec-Fetch-Site": "same-origin"}
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPHeaders
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def fields(self) -> list[str]:
        """The fields that a problem document names."""
        return [error["field"] for error in self.json.get("errors", [])]


@dataclass
class Browser:
    """http: its connections; without, it shares those of all browsers, which are few."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)
    http: AsyncHTTPClient | None = None

    async def ask(
        self, method: str, path: str, body: bytes | str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        cookies = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        answer = await (self.http or AsyncHTTPClient()).fetch(
            self.base + path,
            method=method,
            body=body,
            headers={**cookies, **(headers or {})},
            follow_redirects=False,
            raise_error=False,
            allow_nonstandard_methods=True,
            decompress_response=False,
            request_timeout=PATIENCE_S,
        )
        for line in answer.headers.get_list("Set-Cookie"):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return Answer(answer.code, answer.headers, answer.body or b"")

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return await self.ask("GET", path, None, headers)

    async def submit(
        self, path: str, fields: Mapping[str, Any] | str, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Post a form as one of our own pages does, unless headers say otherwise."""
        body = fields if isinstance(fields, str) else urlencode(fields, doseq=True)
        return await self.ask("POST", path, body, {"Content-Type": FORM, **(OURS if headers is None else headers)})

    async def api(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Call the API with JSON; bytes and str are sent as they are."""
        text = body if body is None or isinstance(body, bytes | str) else json.dumps(body)
        kind = {} if body is None else {"Content-Type": "application/json"}
        return await self.ask(method, "/api/v1" + path, text, {**kind, **(headers or {})})
