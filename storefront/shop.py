"""What a handler may use: one frozen object, built in one place. Tests build it with their own parts."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from jinja2 import Environment

from shared.cache import Cache
from shared.catalogue_news import CatalogueNews
from shared.circuit import Circuit
from shared.db import POOL_SIZE, Database, Reads
from shared.errands import Errands
from shared.gateway import CardGateway, PaymentGateway
from shared.media import Media
from shared.messages import Message
from shared.own_writes import NO_MARK, OwnWrites
from shared.passwords import Passwords
from shared.queries.steps import note_published
from shared.queue import Publisher, SqsPublisher
from shared.redis_client import WatchedRedis, open_redis
from shared.server_address import read_passwords
from shared.services.account_links import AccountTools
from shared.services.checkout import CheckoutTools
from shared.services.payments import PayTools
from shared.services.staff import StaffTools
from shared.settings import Settings
from shared.sqs import Queues
from storefront.assets import Assets
from storefront.capacity import Capacity
from storefront.cart_choice import open_carts
from storefront.cart_questions import CartQuestions
from storefront.cart_store import CartStore
from storefront.catalogue_reading import catalogue_reader
from storefront.client_address import Proxies
from storefront.cookies import CookieRules
from storefront.dependencies import watched
from storefront.known_offers import KnownOffers
from storefront.links import Links
from storefront.load_runs import LoadRuns
from storefront.metrics import Metrics
from storefront.pictures import Pictures
from storefront.public_pages import PublicPages
from storefront.rates import Rates
from storefront.readiness import Readiness
from storefront.security_headers import security_headers
from storefront.seen_prices import SeenPrices
from storefront.sessions import Sessions
from storefront.templates import make_templates
from storefront.view_counts import ViewCounts


@dataclass(frozen=True, kw_only=True)
class Shop:
    settings: Settings
    instance: str
    database: Database
    own_writes: OwnWrites
    redis: WatchedRedis
    carts: CartStore
    cart_questions: CartQuestions
    seen_prices: SeenPrices
    sessions: Sessions
    errands: Errands
    publisher: Publisher
    queues: Queues
    passwords: Passwords
    cards: PaymentGateway
    media: Media
    pictures: Pictures
    templates: Environment
    assets: Assets
    rates: Rates
    links: Links
    load_runs: LoadRuns
    cookies: CookieRules
    proxies: Proxies
    metrics: Metrics
    readiness: Readiness
    pages: PublicPages
    cache: Cache
    known_offers: KnownOffers
    view_counts: ViewCounts
    capacity: Capacity

    def render(self, template: str, **context: Any) -> str:
        return self.templates.get_template(template).render(**context)

    def catalogue(self) -> AbstractAsyncContextManager[Reads]:
        """A connection to read the catalogue with; see `catalogue_reader`."""
        return catalogue_reader(self.database, self.pages)

    @property
    def catalogue_version(self) -> int | None:
        """What values that are read now may be kept under; None: they must not be kept."""
        return self.pages.version if self.pages.can_be_fresh else None

    @asynccontextmanager
    async def own_view(self) -> AsyncIterator[Reads]:
        """A connection to read with, at which everything has arrived that was written to what this request concerns."""
        mark = await self.own_writes.mark() if self.database.has_readers else NO_MARK
        async with self.database.reader(mark) as connection:
            yield connection

    @property
    def checkout(self) -> CheckoutTools:
        settings = self.settings
        return CheckoutTools(
            database=self.database, shipping=settings.shipping, payment_expiry_s=settings.payment_expiry_s
        )

    @property
    def paying(self) -> PayTools:
        return PayTools(database=self.database, cards=self.cards, expiry_s=self.settings.payment_expiry_s)

    @property
    def staff(self) -> StaffTools:
        return StaffTools(
            database=self.database,
            passwords=self.passwords,
            session_idle_s=self.settings.session_idle_s,
            session_absolute_s=self.settings.session_absolute_s,
        )

    @property
    def accounts(self) -> AccountTools:
        secrets = self.settings.cookie_secrets
        return AccountTools(database=self.database, passwords=self.passwords, signing_secrets=secrets)


@asynccontextmanager
async def open_shop(
    settings: Settings,
    port: int,
    publisher: Publisher | None = None,
    carts: CartStore | None = None,
    pool_size: int = POOL_SIZE,
) -> AsyncIterator[Shop]:
    """Build the shop of one process, and close it at the end.

    Args:
        publisher: a test's own; SQS otherwise.
        carts: a demo's own; what CART_STORE names otherwise.
        pool_size: connections to each database.
    """
    news = CatalogueNews(settings.redis_url)
    redis = open_redis(settings.redis_url)
    own_writes = OwnWrites(redis)
    database = Database(
        settings.database_writer_url, settings.database_reader_urls, pool_size, news=news, marks=own_writes
    )
    queues, passwords, media = Queues(settings), Passwords(), Media(settings.media_root)
    cards = CardGateway(settings.payment_gateway, settings.payment_timeout_s)
    readiness = Readiness(watched(database, redis, queues, cards, media))
    await queues.warm()
    await read_passwords((settings.database_writer_url, *settings.database_reader_urls, settings.redis_url))
    announcing = publisher or await _open_publisher(settings, database, queues.circuit)
    errands, assets = Errands(settings, queues.circuit), await asyncio.to_thread(Assets.load)
    instance = f"{socket.gethostname()}-{port}"
    headers = security_headers(settings.is_https) | ({} if settings.is_production else {"X-Instance": instance})
    metrics, pages, cache = Metrics(), PublicPages(headers, knows=database.knows), Cache(redis)
    cart_questions, capacity = CartQuestions(database, partial(catalogue_reader, database, pages)), Capacity()
    carts = carts or open_carts(settings, cart_questions.orders, redis)
    metrics.watch_capacity(lambda: len(capacity.at_work), lambda: capacity.shed)
    metrics.watch_cache("values", cache.tally)
    metrics.watch_cache("pages", pages.tally)
    try:
        yield Shop(
            settings=settings,
            instance=instance,
            database=database,
            own_writes=own_writes,
            redis=redis,
            carts=carts,
            cart_questions=cart_questions,
            seen_prices=SeenPrices(redis, settings.cart_ttl_s),
            sessions=Sessions(database, redis, settings.session_idle_s, settings.session_absolute_s),
            errands=errands,
            publisher=announcing,
            queues=queues,
            passwords=passwords,
            cards=cards,
            media=media,
            pictures=Pictures(media),
            templates=make_templates(settings, assets),
            assets=assets,
            rates=Rates(redis, settings.rate_address_per_s, settings.rate_sign_in_per_h),
            load_runs=LoadRuns(database, settings.load_run_secret),
            links=Links(settings.public_url, settings.cookie_secrets),
            cookies=CookieRules(settings.is_https),
            proxies=Proxies(settings.trusted_proxies),
            metrics=metrics,
            readiness=readiness,
            pages=pages,
            cache=cache,
            known_offers=KnownOffers(),
            view_counts=ViewCounts(),
            capacity=capacity,
        )
    finally:
        await announcing.close()
        await errands.close()
        queues.close()
        cards.circuit.close()
        media.close()
        carts.close()
        cart_questions.close()
        passwords.close()
        await redis.aclose()
        await database.close()


async def _open_publisher(settings: Settings, database: Database, circuit: Circuit) -> SqsPublisher:
    async def on_published(messages: Sequence[Message]) -> None:
        async with database.writer() as connection:
            await note_published(connection, messages, settings.step_deadline_s)

    publisher = SqsPublisher(settings, on_published, circuit=circuit)
    await publisher.warm()
    return publisher
