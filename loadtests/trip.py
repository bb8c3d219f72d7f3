"""What all shoppers of a run share: where they go, what is there to buy, and the diary they write."""

import json
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from loadtests.diary import Diary
from loadtests.run_token import HEADER

FETCH_S = 15
PAGE = 100  # products a page of the API


@dataclass(frozen=True)
class Product:
    """What can be had of a style."""

    slug: str
    category: str
    skus: tuple[str, ...]


@dataclass(kw_only=True)
class Trip:
    """A run as its shoppers know it.

    Attributes:
        token: the header's value; empty: the shop is not told that this is a run.
        think_s: between two clicks, drawn evenly.
        accounts: (e-mail, password), one for each shopper who has an account; taken as they come.
        staff: who looks at the list of orders; None: nobody does.
        hot_sku: what a flash sale sells.
        is_over: nobody begins anything new.
    """

    host: str
    token: str = ""
    seed: int = 1
    think_s: tuple[float, float] = (1.0, 5.0)
    products: tuple[Product, ...] = ()
    accounts: list[tuple[str, str]] = field(default_factory=list)
    staff: tuple[str, str] | None = None
    hot_sku: str = ""
    diary: Diary = field(default_factory=Diary)
    is_over: bool = False

    @property
    def refusals(self) -> tuple[int, ...]:
        """What may be answered to somebody who wants something; there is enough of everything but in a flash sale."""
        return (409,) if self.hot_sku else ()

    @property
    def headers(self) -> Mapping[str, str]:
        return {HEADER: self.token} if self.token else {}

    def now_s(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self.diary.began_s


def plan_trip(host: str, environ: Mapping[str, str]) -> Trip:
    """A trip to this shop, with what is secret from the environment: LOAD_RUN_TOKEN and LOAD_PEOPLE.

    LOAD_PEOPLE is JSON: `accounts`, a list of [e-mail, password], and `staff`, one of them or null.

    Raises:
        OSError: the shop does not answer, or with no catalogue.
    """
    people = json.loads(environ.get("LOAD_PEOPLE") or "{}")
    staff = people.get("staff")
    trip = Trip(
        host=host,
        token=environ.get("LOAD_RUN_TOKEN", ""),
        accounts=[(email, password) for email, password in people.get("accounts", ())],
        staff=(staff[0], staff[1]) if staff else None,
    )
    trip.products = read_products(host, trip.headers)
    if not trip.products:
        raise OSError("nothing is in stock")
    return trip


def read_products(host: str, headers: Mapping[str, str]) -> tuple[Product, ...]:
    """Every style that has a size in stock.

    Raises:
        OSError: the shop does not answer, or with no catalogue.
    """
    return tuple(product for slug, category in _listed(host, headers)
                 if (product := _read_product(host, slug, category, headers)).skus)  # fmt: skip


def _listed(host: str, headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    after: str | None = ""
    while after is not None:
        page = _fetch(f"{host}/api/v1/products?limit={PAGE}&cursor={after}", headers)
        yield from ((each["slug"], each["category"]) for each in page["products"])
        after = page["next"]


def _read_product(host: str, slug: str, category: str, headers: Mapping[str, str]) -> Product:
    found = _fetch(f"{host}/api/v1/products/{slug}", headers)
    skus = tuple(each["sku"] for each in found["variants"] if each["availability"] == "in_stock")
    return Product(slug, category, skus)


def _fetch(url: str, headers: Mapping[str, str]) -> Any:
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310 (the host was checked to be http)
    with urllib.request.urlopen(request, timeout=FETCH_S) as answer:  # noqa: S310
        return json.load(answer)
