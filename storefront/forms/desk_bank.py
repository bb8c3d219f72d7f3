"""The bank's file as it is uploaded, and what stays of it in the page that asks: transfers, signed."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tornado.httputil import HTTPFile, HTTPInputError, parse_body_arguments

from shared.errors import FieldError, Invalid, Unreadable
from shared.services.bank import Transfer

FIELD = "file"
SUFFIXES = (".csv", ".txt")
PURPOSE = b"bank-transfers:"  # keeps a signature from being used for anything else


def read_upload(content_type: str, body: bytes) -> bytes:
    """The uploaded file.

    Raises:
        Unreadable: this is no upload; Invalid: no file was chosen, or one of another kind.
    """
    files: dict[str, list[HTTPFile]] = {}
    try:
        parse_body_arguments(content_type, body, {}, files)
    except (HTTPInputError, UnicodeDecodeError):
        raise Unreadable("The upload cannot be read.") from None
    found = files.get(FIELD, [])
    if not found:
        raise Invalid(errors=[FieldError(FIELD, "Choose the bank's file.")])
    if not found[0]["filename"].lower().endswith(SUFFIXES):
        raise Invalid(errors=[FieldError(FIELD, f"The bank's file ends in {' or '.join(SUFFIXES)}.")])
    return bytes(found[0]["body"])


def seal(transfers: Sequence[Transfer], secrets: Sequence[str]) -> str:
    """Transfers as a hidden field that nobody else can have made; the newest secret signs."""
    text = json.dumps([asdict(each) for each in transfers], ensure_ascii=False, separators=(",", ":"))
    return f"{_mac(text, secrets[0])}{text}"


def unseal(sealed: str, secrets: Sequence[str]) -> list[Transfer]:
    """The transfers of a hidden field.

    Raises:
        Invalid: it is not ours, or too old.
    """
    mac, text = sealed[:64], sealed[64:]
    fits = [hmac.compare_digest(_mac(text, secret).encode(), mac.encode(errors="replace")) for secret in secrets]
    if not any(fits):
        raise Invalid(errors=[FieldError(FIELD, "Choose the bank's file once more.")])
    found: list[dict[str, Any]] = json.loads(text)
    return [Transfer(**each) for each in found]


def _mac(text: str, secret: str) -> str:
    return hmac.digest(secret.encode(), PURPOSE + text.encode(), hashlib.sha256).hex()
