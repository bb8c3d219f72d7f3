"""What the shop sells, carts of it, and who sells and works there: for samples of pages."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

from shared.domain.cart import Cart
from shared.domain.countries import Address
from shared.domain.delivery_days import arrivals
from shared.domain.desk_rights import rights_of
from shared.domain.priced_cart import CartLine, PricedCart
from shared.domain.shipping import ShippingPrices
from shared.queries.catalog import Product, Variant
from shared.queries.listing import Card
from shared.queries.staff import Staff
from shared.seed.source import SeedStyle, read_catalogue
from shared.settings import Seller, Settings
from storefront.forms.checkout import FRESH
from storefront.links import Links
from storefront.views.carts import CartNews, cart_page
from storefront.views.checkout import CheckoutNews, checkout_page

NOW = datetime(2026, 11, 25, 8, 14, 7, tzinfo=UTC)
SHIPPING = ShippingPrices(standard_cents=490, free_from_cents=6000, express_cents=990)
SELLER = Seller(
    name="MyClothes GmbH",
    line1="Webergasse 1",
    postcode="10969",
    city="Berlin",
    country="DE",
    vat_id="DE123456788",
    iban="DE02120300000000202051",
    bic="BYLADEM1001",
    email="hello@example.com",
)
SETTINGS = cast(
    Settings,
    SimpleNamespace(
        time_zone=ZoneInfo("Europe/Berlin"),
        shipping=SHIPPING,
        seller=SELLER,
        invoice_due_days=14,
        cart_ttl_s=30 * 86400,
    ),
)
STYLES = {style.slug: style for style in read_catalogue()}
LINKS = Links("http://localhost:8000", ["a secret of the tests"])
EVIL = '<script>alert("1")</script> & Söhne'
ENDLESS = "Kapuzenpullover" * 6  # nothing to break at
HOME = Address(
    name="Jana Łukaszewicz", line1="Prinzenstraße 84", line2="", city="Berlin", postcode="10969", country="DE"
)
ADA = Staff(id=1, email="ada@example.com", role="manager", password_hash=None)
MAY = rights_of(ADA.role)

Context = dict[str, Any]


def card(slug: str, **changes: Any) -> Card:
    style = STYLES[slug]
    made = Card(
        slug=slug,
        name=style.name,
        category=style.category,
        price_cents=style.price_cents,
        price_to_cents=style.price_cents,
        picture=style.variants[0].picture,
        sizes=tuple(dict.fromkeys(variant.size for variant in style.variants)),
        colours=tuple(dict.fromkeys(variant.colour for variant in style.variants)),
        in_stock=True,
    )
    return replace(made, **changes)


def product(slug: str, **changes: Any) -> Product:
    style = STYLES[slug]
    made = Product(
        slug=slug,
        name=style.name,
        category=style.category,
        audience=style.audience,
        description=style.description,
        material=style.material,
        picture=style.variants[0].picture,
        price_from_cents=style.price_cents,
        price_to_cents=style.price_cents,
        vat_bp=1900,
        variants=tuple(_variants(style)),
    )
    return replace(made, **changes)


def _variants(style: SeedStyle) -> Iterator[Variant]:
    for variant in style.variants:
        yield Variant(
            sku=variant.sku,
            slug=style.slug,
            name=style.name,
            colour=variant.colour,
            size=variant.size,
            price_cents=style.price_cents,
            stock=variant.stock,
            picture=variant.picture,
            vat_bp=1900,
            withdrawn=False,
        )


def cart_line(slug: str, variant: int = 2, **changes: Any) -> CartLine:
    style, chosen = STYLES[slug], STYLES[slug].variants[variant]
    made = CartLine(
        sku=chosen.sku,
        slug=slug,
        name=style.name,
        colour=chosen.colour,
        size=chosen.size,
        picture=chosen.picture,
        vat_bp=1900,
        quantity=1,
        unit_price_cents=style.price_cents,
        stock=40,
    )
    return replace(made, **changes)


LINES = (cart_line("merino-jumper"), cart_line("tea-dress"), cart_line("walking-socks", 1, quantity=3))
SHORT_LINES = (
    cart_line("merino-jumper", quantity=3, stock=2),
    cart_line("tea-dress", stock=0),
    cart_line("walking-socks", 1, withdrawn=True, name=ENDLESS),
)


def cart(
    lines: tuple[CartLine, ...] = LINES, news: CartNews | None = None, gone: Mapping[str, int] | None = None
) -> Context:
    stored = Cart("cart-1", 7 if lines else 0, {line.sku: line.quantity for line in lines} | dict(gone or {}))
    return cart_page(stored, _priced(lines), SHIPPING, news or CartNews())


def _priced(lines: tuple[CartLine, ...]) -> PricedCart:
    return PricedCart(id="cart-1", revision=7, lines=lines)


def checkout(lines: tuple[CartLine, ...] = LINES, news: CheckoutNews | None = None, **typed: str) -> Context:
    page = checkout_page(_priced(lines), SHIPPING, FRESH | typed, "a-key", news or CheckoutNews())
    return page | {"arrivals": arrivals(date(2026, 11, 25))}
