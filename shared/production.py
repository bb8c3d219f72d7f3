"""What production insists on: what may stand open on a developer's machine does not start there."""

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.server_address import read_address

if TYPE_CHECKING:
    from shared.settings import Settings

SHORTEST_SECRET = 32  # characters
OPEN_PASSWORDS = ("", "shop")  # the last is that of ./shop run


def faults_in_production(settings: "Settings") -> list[str]:
    """Name every variable that must be another one in production; prints no value."""
    checks = {
        "CRASH_AT must not be set": settings.crash_at is not None,
        "PUBLIC_URL must be an https address": not settings.is_https,
        "PAYMENT_GATEWAY must be an https address": not settings.payment_gateway.startswith("https://"),
        f"PAYMENT_SECRET must have {SHORTEST_SECRET} characters": len(settings.payment_secret) < SHORTEST_SECRET,
        "DATABASE_WRITER_URL must have a password of its own": _is_open(settings.database_writer_url),
        "DATABASE_WRITER_URL must name its ca": _is_plain_mysql(settings.database_writer_url),
        "DATABASE_READER_URL must name its ca": any(_is_plain_mysql(url) for url in settings.database_reader_urls),
        "REDIS_URL must begin with rediss": _is_plain("redis", settings.redis_url),
        "SQS_ENDPOINT_URL must be an https address": _is_plain("http", settings.sqs_endpoint_url),
        "DYNAMODB_ENDPOINT_URL must be an https address": _is_plain("http", settings.dynamodb_endpoint_url),
    }
    return [f"{fault} in production" for fault, is_so in checks.items() if is_so]


def _is_open(url: str) -> bool:
    address = read_address(url)
    return not address.password.may_change and address.password.read().password in OPEN_PASSWORDS


def _is_plain_mysql(url: str) -> bool:
    return not read_address(url).ca and _is_plain("mysql", url)


def _is_plain(scheme: str, url: str) -> bool:
    """Whether something goes over a network without encryption; what stays on this machine needs none."""
    parts = urlsplit(url)
    return parts.scheme == scheme and not _is_this_machine(parts.hostname or "")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
