"""What production insists on: what may stand open on a developer's machine does not start there."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from shared.settings import Settings

SHORTEST_SECRET = 32  # characters
OPEN_PASSWORDS = (None, "", "shop")  # the last is that of ./shop run


def faults_in_production(settings: "Settings") -> list[str]:
    """Name every variable that must be another one in production; prints no value."""
    checks = {
        "CRASH_AT must not be set": settings.crash_at is not None,
        "PUBLIC_URL must be an https address": not settings.is_https,
        "PAYMENT_GATEWAY must be an https address": not settings.payment_gateway.startswith("https://"),
        f"PAYMENT_SECRET must have {SHORTEST_SECRET} characters": len(settings.payment_secret) < SHORTEST_SECRET,
        "DATABASE_WRITER_URL must have a password of its own": _password(settings) in OPEN_PASSWORDS,
    }
    return [f"{fault} in production" for fault, is_so in checks.items() if is_so]


def _password(settings: "Settings") -> str | None:
    return urlsplit(settings.database_writer_url).password
