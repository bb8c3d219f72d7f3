"""Requests as bytes, the way browsers and programs send them to the shop."""

import json
from itertools import count
from urllib.parse import urlencode

GZIP = ("Accept-Encoding: gzip",)
NUMBERS = count()  # for what must be another each time


def get(path: str, *headers: str) -> bytes:
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: localhost", *GZIP, *headers, "", "")).encode()


def post_json(path: str, content: object, *headers: str) -> bytes:
    return _post(path, json.dumps(content).encode(), "Content-Type: application/json", *headers)


def post_form(path: str, fields: dict[str, str], *headers: str) -> bytes:
    own_page = "Sec-Fetch-Site: same-origin"
    kind = "Content-Type: application/x-www-form-urlencoded"
    return _post(path, urlencode(fields).encode(), kind, own_page, *headers)


def _post(path: str, body: bytes, *headers: str) -> bytes:
    length = f"Content-Length: {len(body)}"
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: localhost", *GZIP, length, *headers, "", "")).encode() + body
