"""The signed word by which a shop knows that a request belongs to a load run."""

import hashlib
import hmac
import re
import secrets
import time

HEADER = "X-Test-Run"
LEAST_SECRET = 32  # characters
RUN_ID = re.compile(r"[a-z0-9][a-z0-9-]{3,39}")
MAC_DIGITS = 32
LIFE_S = 3600  # beyond the run's own time: for its verdict, and for looking at what it left


def new_run_id() -> str:
    """Tells the day and the minute, UTC."""
    return f"{time.strftime('%Y%m%d-%H%M', time.gmtime())}-{secrets.token_hex(4)}"


def sign(secret: str, run: str, expires: int) -> str:
    """The header's value; expires: unix seconds."""
    text = f"v1.{run}.{expires}"
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"{text}.{mac[:MAC_DIGITS]}"
