"""What shoppers do beyond public pages, over HTTP: search, add, look at the cart and at an order.

Rates are requests for each second of CPU of the answering process; of a search that of MariaDB counts, too, as most
of the work is done there.
"""

from collections.abc import Sequence
from itertools import cycle

from tornado.web import create_signed_value

from bench.askers import Ask
from bench.bare_server import COOKIE_SECRET, NAIVE_COOKIE
from bench.requests import NUMBERS, get, post_json
from bench.rows import Row, beside, more_is_better
from bench.servers import Servers, open_servers, pid_of
from bench.ways import Way, in_turns
from bench.workplace import Bench, open_bench
from shared.domain.cart import Cart
from shared.redis_client import open_redis
from storefront.cart_cookie import encode
from storefront.carts import Carts
from storefront.links import Links

CARTS, LINES = 100, 3
UNIT = "req/CPU-s"
API_ITEMS = "/api/v1/cart/items"


def new_search() -> bytes:
    """One that nobody made before, as searches are kept, too; its price leaves nothing out."""
    return get(f"/shop?q=jumper&price_max={1000 + next(NUMBERS)}")


async def measure_visits() -> list[Row]:
    async with open_bench() as bench, open_servers(bench) as servers:
        ways = await _ways(bench, servers)
        await in_turns(ways.values())
    rate = {name: way.rate for name, way in ways.items()}
    return [
        more_is_better("search", rate["search"], UNIT, limit=rate["one-select"], target=0.5),
        beside("search-api", rate["search-api"], UNIT, limit=rate["one-select"]),
        more_is_better("cart-add-http", rate["cart-add"], UNIT, limit=rate["naive-cart"], target=2.0),
        more_is_better("cart-view", rate["cart-view"], UNIT, limit=rate["handler"], target=0.5),
        beside("cart-view-api", rate["cart-view-api"], UNIT, limit=rate["handler"]),
        beside("order-page", rate["order-page"], UNIT, limit=rate["handler"]),
    ]


async def _ways(bench: Bench, servers: Servers) -> dict[str, Way]:
    ours, theirs = [servers.shop_pid], [servers.bare_pid]
    mariadb = pid_of(bench.backing.supervisor, "mariadb")
    adders, cookies = await cart_cookies(bench, "adder"), cycle(await cart_cookies(bench, "viewer"))
    order = await _order_path(bench)
    return {
        "one-select": Way([*theirs, mariadb], servers.handlers, lambda: get("/search")),
        "search": Way([*ours, mariadb], servers.shop, new_search),
        "search-api": Way([*ours, mariadb], servers.shop, lambda: get("/api/v1/products?q=jumper")),
        "naive-cart": Way(theirs, servers.handlers, adding("/cart", bench, _naive_cookies())),
        "cart-add": Way(ours, servers.shop, adding(API_ITEMS, bench, adders)),
        "handler": Way(theirs, servers.handlers, lambda: get("/")),
        "cart-view": Way(ours, servers.shop, lambda: get("/cart", next(cookies))),
        "cart-view-api": Way(ours, servers.shop, lambda: get("/api/v1/cart", next(cookies))),
        "order-page": Way(ours, servers.shop, lambda: get(order)),
    }


def adding(path: str, bench: Bench, cookies: Sequence[str]) -> Ask:
    """A piece more of a line for each browser in turn, each time under another Operation-Id."""
    turns, skus = cycle(cookies), cycle(bench.skus[:LINES])
    return lambda: post_json(
        path, {"sku": next(skus), "quantity": 1}, next(turns), f"Operation-Id: bench-{next(NUMBERS)}"
    )


async def cart_cookies(bench: Bench, whose: str) -> list[str]:
    """Carts with a few lines, as headers of the browsers that own them."""
    redis = open_redis(bench.backing.environment["REDIS_URL"])
    lines = dict.fromkeys(bench.skus[:LINES], 1)
    carts = [Cart(f"{whose}-{number:014}", 1, lines) for number in range(CARTS)]
    try:
        for cart in carts:
            await Carts(redis, bench.settings.cart_ttl_s).restore(cart)
    finally:
        await redis.aclose()
    return [f"Cookie: cart={encode(cart, bench.settings.cookie_secrets)}" for cart in carts]


def _naive_cookies() -> list[str]:
    """What the naive handler would have given to as many browsers."""
    signed = (create_signed_value(COOKIE_SECRET, NAIVE_COOKIE, f"visitor-{number}") for number in range(CARTS))
    return [f"Cookie: {NAIVE_COOKIE}={value.decode()}" for value in signed]


async def _order_path(bench: Bench) -> str:
    number = (await bench.place("looked-at")).order.number
    return Links(bench.settings.public_url, bench.settings.cookie_secrets).order_path(number)
