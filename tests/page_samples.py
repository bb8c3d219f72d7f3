"""Every page with what it may have to show: one, many, none, very long, sold out, refused. No database needed."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from shared.domain.cart import Cart
from shared.errors import Change, FieldError, Gone, Invalid, NotFound, OperationReused, TooMany, Unavailable
from shared.queries.facets import FacetCount, Facets
from shared.queries.listing import Card, Listing
from storefront.error_pages import error_page
from storefront.fields import Fields
from storefront.forms.listing import read_shop_query
from storefront.handlers.listing import listing_context
from storefront.views.asked import Asked
from storefront.views.carts import CartNews, Removed
from storefront.views.checkout import CheckoutNews, change_words
from storefront.views.desk_bank import bank_page, refused_page
from storefront.views.order_changes import cancel_page, return_page, withdraw_page
from storefront.views.product import product_view
from storefront.views.waiting import CHECKOUT_WAITS
from tests.desk_samples import (
    HELD,
    MIDDLE,
    NO_TRANSFER,
    REFUSED_CANCEL,
    REFUSED_REFUND,
    REFUSED_SHIP,
    bank_check,
    desk,
    desk_order,
)
from tests.goods_samples import (
    ADA,
    ENDLESS,
    EVIL,
    LINES,
    LINKS,
    MAY,
    SHORT_LINES,
    STYLES,
    Context,
    _priced,
    card,
    cart,
    checkout,
    product,
)
from tests.order_life_samples import (
    CANCELED,
    DELIVERED,
    JUMPER,
    NOTHING_CHOSEN,
    PACKED_MEANWHILE,
    PARTLY_SENT,
    RETURNED,
    RETURNING,
    SOCKS,
    WITHDRAWN,
    order_of,
)
from tests.order_samples import DECLINED, FRESH_ORDER, PAID, TROUBLED, _card_order, attempt, event, order


def listed(cards: tuple[Card, ...], total: int, pages: int, *asked: tuple[str, str]) -> Context:
    wanted = read_shop_query(Fields(list(asked)))
    facets = Facets(
        categories=tuple(FacetCount(category, 4) for category in dict.fromkeys(s.category for s in STYLES.values())),
        sizes=tuple(FacetCount(size, 16) for size in ("XS", "S", "M", "L", "XL", "XXL", "34", "36-38", "one size")),
        colours=tuple(FacetCount(colour, 3) for colour in ("navy", "rose", "camel", "ecru", "forest", "terracotta")),
        in_stock=12,
        price_min_cents=1600,
        price_max_cents=27900,
    )
    return listing_context(wanted, Listing(cards=cards, total=total, page=wanted.page, pages=pages, facets=facets))


def refused(*faults: tuple[str, str]) -> CheckoutNews:
    return CheckoutNews(faults=[FieldError(field, words) for field, words in faults])


SHOP_URL = "http://localhost:8000"


def failed(error: Any, styles: tuple[Card, ...] = ()) -> Context:
    return error_page(error, "0a1b2c3d4e5f6a7b", SHOP_URL) | {"styles": styles}


CARDS = tuple(card(slug) for slug in STYLES)
ODD_CARDS = (
    card("linen-shirt", name=EVIL, price_to_cents=7900),
    card("tea-dress", name=ENDLESS, in_stock=False),
    card("wool-scarf", name="A name that goes on and on, as names in a shop do when nobody stops them"),
)
NARROW = (("q", "wool"), ("size", "M"), ("size", "L"), ("colour", "navy"), ("price_max", "249.90"), ("in_stock", "1"))
WRONG = refused(
    ("email", "The part after the @ is missing, as in name@example.org."),
    ("name", "Enter a name."),
    ("postcode", "Germany uses five digits, as in 10969."),
    ("billing_postcode", "The Netherlands use four digits and two letters, as in 1016 DX."),
)
CHANGES = [
    Change(LINES[1].sku, "price", 8900, 9500),
    Change(None, "shipping", 490, 0),
    Change(None, "revision", 6, 7),
]
SOLD_OUT = tuple(replace(variant, stock=0) for variant in product("tea-dress").variants)
DEARER = tuple(replace(v, price_cents=v.price_cents + 100 * i) for i, v in enumerate(product("tea-dress").variants))
REMOVED = Removed("OS06-SKY-L", "Oxford shirt", "sky", "L", 1, "undo-1")
LINE_FAULT = CartNews(
    faults=[FieldError("quantity", "Enter a whole number from 1 to 99.")],
    line_faults={LINES[0].sku: "Enter a whole number from 1 to 99."},
    typed={LINES[0].sku: "100"},
)

PAGES: dict[str, tuple[str, Context]] = {
    "home": (
        "home.html",
        {
            "total": 36,
            "departments": listed((), 0, 1)["found"].facets.categories,
            "hero": (card("camel-coat"), card("merino-jumper"), card("slim-jeans")),
            "warm": CARDS[8:13],
            "small": CARDS[24:28],
        },
    ),
    "home-bare": ("home.html", {"total": 0, "departments": (), "hero": (), "warm": (), "small": ODD_CARDS}),
    "listing": ("listing.html", listed(CARDS[:24], 36, 2)),
    "listing-filtered": ("listing.html", listed(ODD_CARDS, 75, 4, *NARROW, ("page", "2"))),
    "listing-one": ("listing.html", listed(CARDS[:1], 1, 1, ("category", "knitwear"), ("sort", "name"))),
    "listing-none": ("listing.html", listed((), 0, 1, ("q", EVIL), ("size", "M"))),
    "listing-beyond": ("listing.html", listed((), 36, 2, ("page", "9"))),
    "product": ("product.html", {"view": product_view(product("merino-jumper"), "forest"), "others": CARDS[4:8]}),
    "product-plain": ("product.html", {"view": product_view(product("wool-scarf"), ""), "others": ()}),
    "product-odd": (
        "product.html",
        {"view": product_view(product("tea-dress", name=EVIL, description=ENDLESS, variants=DEARER), ""), "others": ()},
    ),
    "product-sold-out": (
        "product.html",
        {"view": product_view(product("tea-dress", name=ENDLESS, variants=SOLD_OUT), ""), "others": ODD_CARDS},
    ),
    "cart": ("cart.html", cart(news=CartNews(removed=REMOVED))),
    "cart-added": ("cart.html", cart(LINES[:1], CartNews(added_sku=LINES[0].sku))),
    "cart-short": ("cart.html", cart(SHORT_LINES)),
    "cart-gone": ("cart.html", cart(LINES[:1], gone={"OS06-SKY-L": 2})),
    "cart-refused": ("cart.html", cart(news=LINE_FAULT)),
    "cart-empty": ("cart.html", cart((), CartNews(removed=REMOVED))),
    "cart-unpriced": ("cart_unpriced.html", {"cart": Cart("cart-1", 7, {line.sku: line.quantity for line in LINES})}),
    "checkout": ("checkout.html", checkout()),
    "checkout-waiting": ("checkout.html", checkout() | {"waiting": list(CHECKOUT_WAITS.values())}),
    "checkout-refused": (
        "checkout.html",
        checkout(
            LINES,
            WRONG,
            email="jana@",
            postcode="1096",
            city=EVIL,
            billing_same="",
            billing_country="NL",
            shipping_method="express",
            payment="card",
        ),
    ),
    "checkout-changed": (
        "checkout.html",
        checkout(LINES, CheckoutNews(changes=change_words(CHANGES, _priced(LINES))), name="Jana"),
    ),
    "checkout-short": ("checkout.html", checkout(SHORT_LINES)),
    "order": ("order.html", order_of(order())),
    "order-fresh": ("order.html", order_of(FRESH_ORDER)),
    "order-awaits-card": ("order.html", order_of(_card_order(), "The card provider is away. Try again in a minute.")),
    "order-declined": ("order.html", order_of(DECLINED)),
    "order-paid": ("order.html", order_of(PAID)),
    "order-delivered": ("order.html", order_of(DELIVERED)),
    "order-partly-sent": ("order.html", order_of(PARTLY_SENT)),
    "order-held": ("order.html", order_of(replace(PAID, order_status="on_hold"))),
    "order-returning": ("order.html", order_of(RETURNING)),
    "order-returned": ("order.html", order_of(RETURNED)),
    "order-withdrawn": ("order.html", order_of(WITHDRAWN)),
    "order-withdrawn-early": (
        "order.html",
        order_of(replace(CANCELED, events=(*CANCELED.events, event("return.withdrawn", 300)))),
    ),
    "order-withdrawn-unpaid": (
        "order.html",
        order_of(
            replace(WITHDRAWN, payment_method="invoice", payments=(attempt(),), paid_cents=0, payment_status="pending")
        ),
    ),
    "order-canceled-paid": ("order.html", order_of(CANCELED)),
    "order-cancel": ("order_cancel.html", cancel_page(PAID, LINKS, Asked())),
    "order-cancel-refused": (
        "order_cancel.html",
        cancel_page(PARTLY_SENT, LINKS, Asked({"operation_id": "op-1", "reason": EVIL}, PACKED_MEANWHILE)),
    ),
    "order-return": ("order_return.html", return_page(DELIVERED, LINKS, Asked())),
    "order-return-refused": (
        "order_return.html",
        return_page(RETURNING, LINKS, Asked({"pieces." + SOCKS: "7", "pieces." + JUMPER: "1"}, NOTHING_CHOSEN)),
    ),
    "order-withdraw": ("order_withdraw.html", withdraw_page(PARTLY_SENT, LINKS, Asked())),
    "order-withdraw-refused": (
        "order_withdraw.html",
        withdraw_page(TROUBLED, LINKS, Asked({"operation_id": "op-1"}, OperationReused())),
    ),
    "order-canceled": ("order.html", order_of(replace(FRESH_ORDER, order_status="canceled", payment_status="voided"))),
    "order-expired": ("order.html", order_of(replace(DECLINED, order_status="expired"))),
    "order-odd": ("order.html", order_of(TROUBLED)),
    **{name: (f"text_{name}.html", {}) for name in ("imprint", "terms", "privacy", "returns")},
    "error-404": ("error.html", failed(NotFound())),
    "error-410": ("error.html", failed(Gone("The style is gone for good."), CARDS[:4])),
    "error-422": ("error.html", failed(Invalid(errors=[FieldError("price_min", "Enter an amount in euros.")]))),
    "error-429": ("error.html", failed(TooMany(7))),
    "error-500": ("error.html", failed(SimpleNamespace(status=500, detail="", title="", errors=()))),
    "error-503": ("error.html", failed(Unavailable())),
    "error-503-closed": ("error.html", error_page(Unavailable(), "0a1b2c3d4e5f6a7b", SHOP_URL, can_browse=False)),
    "desk-orders": ("back_office/orders.html", desk(older="/back-office/orders?after=1-1")),
    "desk-none": ("back_office/orders.html", desk(())),
    "desk-not-found": ("back_office/orders.html", desk((), q=EVIL, order_status="pending")),
    "desk-calm": ("back_office/orders.html", desk((), needs_person=True)),
    "desk-order": ("back_office/order.html", desk_order(PAID)),
    "desk-order-odd": ("back_office/order.html", desk_order(TROUBLED)),
    "desk-order-viewer": ("back_office/order.html", desk_order(MIDDLE, role="viewer", reason="As viewer you may not.")),
    "desk-order-middle": ("back_office/order.html", desk_order(MIDDLE, done="ship")),
    "desk-order-refused": ("back_office/order.html", desk_order(MIDDLE, refused=REFUSED_SHIP)),
    "desk-order-held": ("back_office/order.html", desk_order(HELD)),
    "desk-cancel": ("back_office/cancel.html", desk_order(PAID)),
    "desk-cancel-pieces": ("back_office/cancel.html", desk_order(MIDDLE, refused=REFUSED_CANCEL)),
    "desk-refund": ("back_office/refund.html", desk_order(MIDDLE)),
    "desk-refund-refused": ("back_office/refund.html", desk_order(MIDDLE, refused=REFUSED_REFUND)),
    "desk-bank": ("back_office/bank.html", {"staff": ADA, "may": MAY, **bank_page(done="3")}),
    "desk-bank-broken": ("back_office/bank.html", {"staff": ADA, "may": MAY, **bank_page([EVIL, ENDLESS])}),
    "desk-bank-check": ("back_office/bank_check.html", bank_check()),
    "desk-bank-nothing": ("back_office/bank_check.html", bank_check(())),
    "desk-bank-refused": ("back_office/bank_refused.html", {"staff": ADA, "may": MAY, **refused_page(NO_TRANSFER, 2)}),
    "desk-sign-in": ("back_office/sign_in.html", {"email": "", "fault": "", "next": "/back-office/orders"}),
    "desk-sign-in-refused": (
        "back_office/sign_in.html",
        {"email": '"@x', "fault": "E-mail and password do not match.", "next": "/back-office/orders"},
    ),
    "desk-own-password": ("back_office/own_password.html", {"staff": ADA, "may": MAY, "fault": EVIL}),
    "desk-password": ("back_office/password.html", {"token": "t-1", "fault": ""}),
}
