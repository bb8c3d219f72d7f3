"""Whether a callback comes from the card provider: `Payment-Signature: t=…,v1=…`, HMAC-SHA256 of `t.body`."""

import hashlib
import hmac
import re

from shared.errors import Forbidden

FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")
PAST_S = 5 * 60
FUTURE_S = 15 * 60  # an instance's clock may be ten minutes off


def check_signature(header: str, body: bytes, secret: str, now_s: float) -> None:
    """Raise Forbidden unless the provider signed this body within the last five minutes."""
    match = FORM.fullmatch(header)
    if match is None:
        raise Forbidden("The signature is missing or unreadable.")
    signed_at, given = match.groups()
    made = hmac.digest(secret.encode(), signed_at.encode() + b"." + body, hashlib.sha256).hex()
    if not hmac.compare_digest(made, given):
        raise Forbidden("The signature does not fit.")
    if not -FUTURE_S <= now_s - int(signed_at) <= PAST_S:
        raise Forbidden("The signature is too old.")
