"""What a handler may use: one frozen object, built in one place. Tests build it with their own parts."""

from dataclasses import dataclass

from jinja2 import Environment
from redis.asyncio import Redis

from shared.db import Database
from shared.gateway import PaymentGateway
from shared.media import Media
from shared.queue import Publisher
from shared.services.checkout import CheckoutTools
from shared.services.payments import PayTools
from shared.settings import Settings
from storefront.assets import Assets
from storefront.carts import Carts
from storefront.client_address import Proxies
from storefront.cookies import CookieRules
from storefront.links import Links
from storefront.metrics import Metrics
from storefront.rates import Rates
from storefront.readiness import Readiness


@dataclass(frozen=True, kw_only=True)
class Shop:
    settings: Settings
    instance: str
    database: Database
    redis: Redis
    carts: Carts
    publisher: Publisher
    cards: PaymentGateway
    media: Media
    templates: Environment
    assets: Assets
    rates: Rates
    links: Links
    cookies: CookieRules
    proxies: Proxies
    metrics: Metrics
    readiness: Readiness

    @property
    def checkout(self) -> CheckoutTools:
        settings = self.settings
        return CheckoutTools(
            database=self.database, shipping=settings.shipping, payment_expiry_s=settings.payment_expiry_s
        )

    @property
    def paying(self) -> PayTools:
        return PayTools(database=self.database, cards=self.cards)
