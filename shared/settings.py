"""Settings of both tiers: the only module that reads the environment. Life times end in `_s` and are seconds."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from shared import crash
from shared.domain.shipping import ShippingPrices
from shared.production import SHORTEST_SECRET, faults_in_production
from shared.server_address import faults_of_address

QUEUES = ("orders", "documents", "media", "jobs")
DAY_S = 24 * 3600


class SettingsError(Exception):
    """One or more variables are missing or malformed; names them all and prints no value."""


@dataclass(frozen=True, kw_only=True)
class Seller:
    """Who sells: printed on invoices, mails and the imprint."""

    name: str
    line1: str
    postcode: str
    city: str
    country: str
    vat_id: str
    iban: str
    bic: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Settings:
    environment: str
    public_url: str
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    cookie_secrets: tuple[str, ...] = field(repr=False)
    log_format: str
    time_zone: ZoneInfo
    database_writer_url: str = field(repr=False)
    database_reader_urls: tuple[str, ...] = field(repr=False)
    redis_url: str = field(repr=False)
    aws_region: str
    sqs_endpoint_url: str
    queue_urls: Mapping[str, str]
    mail_url: str = field(repr=False)
    mail_from: str
    mail_staff: str
    mail_events_queue_url: str
    media_root: Path
    payment_gateway: str
    payment_secret: str = field(repr=False)
    payment_capture: str
    payment_expiry_s: int
    payment_timeout_s: int
    invoice_due_days: int
    shipping: ShippingPrices
    seller: Seller
    cart_store: str
    dynamodb_endpoint_url: str
    carts_table: str
    cart_ttl_s: int
    session_idle_s: int
    session_absolute_s: int
    drain_s: int
    visibility_s: int
    step_lease_s: int
    step_deadline_s: int
    sweep_every_s: int
    sqs_wait_s: int
    rate_address_per_s: int
    rate_sign_in_per_h: int
    public_front: bool
    load_run_secret: str = field(repr=False)
    crash_at: crash.CrashAt | None
    crash_dir: Path

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def is_https(self) -> bool:
        """Cookie flags follow the public address, never a request header."""
        return self.public_url.startswith("https://")


class _Environment:
    """Reads typed variables and remembers every fault, so that one failed start tells them all."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        value = self._environ.get(name, "").strip() or default
        if value is None:
            self.faults.append(f"{name} is not set")
            return ""
        return value

    def choice(self, name: str, options: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in options:
            self.faults.append(f"{name} is none of {', '.join(options)}")
        return value

    def number(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit():
            self.faults.append(f"{name} is not a whole number")
            return default
        return int(value)

    def words(self, name: str, default: str | None = None) -> tuple[str, ...]:
        return tuple(word.strip() for word in self.text(name, default).split(",") if word.strip())

    def url(self, name: str, schemes: tuple[str, ...], default: str | None = None) -> str:
        return self.checked_url(name, self.text(name, default), schemes)

    def checked_url(self, name: str, value: str, schemes: tuple[str, ...]) -> str:
        if value and not (urlsplit(value).scheme in schemes and urlsplit(value).netloc):
            self.faults.append(f"{name} is not a URL with {' or '.join(schemes)}")
        return value.rstrip("/")

    def server(self, name: str, schemes: tuple[str, ...]) -> str:
        return self.checked_server(name, self.url(name, schemes))

    def checked_server(self, name: str, url: str) -> str:
        self.faults += [f"{name} {fault}" for fault in faults_of_address(url)]
        return url

    def zone(self, name: str, default: str) -> ZoneInfo:
        try:
            return ZoneInfo(self.text(name, default))
        except (ValueError, OSError, LookupError):
            self.faults.append(f"{name} is no time zone")
            return ZoneInfo("UTC")

    def secrets(self, name: str) -> tuple[str, ...]:
        found = self.words(name)
        if any(len(secret) < SHORTEST_SECRET for secret in found):
            self.faults.append(f"{name} holds a secret of fewer than {SHORTEST_SECRET} characters")
        return found

    def secret(self, name: str) -> str:
        """One secret, or "" when it is not set."""
        value = self.text(name, "")
        if value and len(value) < SHORTEST_SECRET:
            self.faults.append(f"{name} has fewer than {SHORTEST_SECRET} characters")
        return value

    def crash_at(self, name: str) -> crash.CrashAt | None:
        value = self.text(name, "")
        try:
            return crash.parse(value) if value else None
        except ValueError as error:
            self.faults.append(f"{name} {error}")
            return None

    def seller(self, name: str) -> Seller:
        path = self.text(name)
        names = {item.name for item in fields(Seller)}
        try:
            found: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
        except (OSError, ValueError):
            self.faults.append(f"{name} names no readable JSON file")
            found = {}
        else:
            missing = sorted(names - found.keys()) if path else []
            self.faults += [f"{name} lacks {', '.join(missing)}"] if missing else []
        return Seller(**{key: str(found.get(key, "")) for key in names})


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read all settings.

    Raises:
        SettingsError: names every variable that is missing or malformed.
    """
    env = _Environment(environ)
    settings = _read(env)
    if settings.is_production:
        env.faults += faults_in_production(settings)
    if env.faults:
        raise SettingsError("; ".join(env.faults))
    return settings


def _read(env: _Environment) -> Settings:
    public_url = env.url("PUBLIC_URL", ("http", "https"))
    writer = env.server("DATABASE_WRITER_URL", ("mysql",))
    readers = [
        env.checked_server("DATABASE_READER_URL", env.checked_url("DATABASE_READER_URL", url, ("mysql",)))
        for url in env.words("DATABASE_READER_URL", "")
    ]
    return Settings(
        environment=env.choice("ENVIRONMENT", ("development", "test", "production"), "development"),
        public_url=public_url,
        allowed_hosts=env.words("ALLOWED_HOSTS", urlsplit(public_url).hostname or ""),
        trusted_proxies=env.words("TRUSTED_PROXIES", "127.0.0.1,::1"),
        cookie_secrets=env.secrets("COOKIE_SECRETS"),
        log_format=env.choice("LOG_FORMAT", ("text", "json"), "json"),
        time_zone=env.zone("SHOP_TIME_ZONE", "Europe/Berlin"),
        database_writer_url=writer,
        database_reader_urls=tuple(readers),
        redis_url=env.server("REDIS_URL", ("redis", "rediss")),
        aws_region=env.text("AWS_REGION"),
        sqs_endpoint_url=env.url("SQS_ENDPOINT_URL", ("http", "https"), ""),
        queue_urls={name: env.text(f"{_queue_variable(name)}_QUEUE_URL") for name in QUEUES},
        mail_url=env.url("MAIL_URL", ("smtp", "ses")),
        mail_from=env.text("MAIL_FROM"),
        mail_staff=env.text("MAIL_STAFF"),
        mail_events_queue_url=env.url("MAIL_EVENTS_QUEUE_URL", ("http", "https"), ""),
        media_root=Path(env.text("MEDIA_ROOT")),
        payment_gateway=env.url("PAYMENT_GATEWAY", ("http", "https")),
        payment_secret=env.text("PAYMENT_SECRET"),
        payment_capture=env.choice("PAYMENT_CAPTURE", ("processing", "shipment"), "processing"),
        payment_expiry_s=env.number("PAYMENT_EXPIRY_S", 3600),
        payment_timeout_s=env.number("PAYMENT_TIMEOUT_S", 5),
        invoice_due_days=env.number("INVOICE_DUE_DAYS", 14),
        shipping=ShippingPrices(
            standard_cents=env.number("SHIPPING_STANDARD_CENTS", 490),
            free_from_cents=env.number("SHIPPING_FREE_FROM_CENTS", 6000),
            express_cents=env.number("SHIPPING_EXPRESS_CENTS", 990),
        ),
        seller=env.seller("SELLER_FILE"),
        cart_store=env.choice("CART_STORE", ("redis", "cookie", "dynamodb"), "redis"),
        dynamodb_endpoint_url=env.url("DYNAMODB_ENDPOINT_URL", ("http", "https"), ""),
        carts_table=env.text("CARTS_TABLE", "carts"),
        cart_ttl_s=env.number("CART_TTL_S", 30 * DAY_S),
        session_idle_s=env.number("SESSION_IDLE_S", DAY_S),
        session_absolute_s=env.number("SESSION_ABSOLUTE_S", 30 * DAY_S),
        drain_s=env.number("DRAIN_S", 20),
        visibility_s=env.number("VISIBILITY_S", 60),
        step_lease_s=env.number("STEP_LEASE_S", 20),
        step_deadline_s=env.number("STEP_DEADLINE_S", 30),
        sweep_every_s=env.number("SWEEP_EVERY_S", 5),
        sqs_wait_s=env.number("SQS_WAIT_S", 5),
        rate_address_per_s=env.number("RATE_ADDRESS_PER_S", 500),
        rate_sign_in_per_h=env.number("RATE_SIGN_IN_PER_H", 300),
        public_front=env.choice("PUBLIC_FRONT", ("on", "off"), "on") == "on",
        load_run_secret=env.secret("LOAD_RUN_SECRET"),
        crash_at=env.crash_at("CRASH_AT"),
        crash_dir=Path(env.text("CRASH_DIR", ".local/crash")),
    )


def _queue_variable(name: str) -> str:
    """The queue `jobs` is the worker tier's own; its variable is called WORKER_QUEUE_URL."""
    return "WORKER" if name == "jobs" else name.upper()
