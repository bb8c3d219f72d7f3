"""Our cookies: names and flags follow the public address, never a request header."""

from dataclasses import dataclass
from typing import Any

CART, SESSION, STAFF_SESSION, DEVICE = "cart", "session", "staff_session", "device"


@dataclass(frozen=True)
class CookieRules:
    """Over HTTPS a browser takes `__Host-` cookies only from this very host, with Secure and path /."""

    is_https: bool

    def name(self, plain: str) -> str:
        return f"__Host-{plain}" if self.is_https else plain

    def flags(self) -> dict[str, Any]:
        return {"path": "/", "httponly": True, "secure": self.is_https, "samesite": "Lax"}
