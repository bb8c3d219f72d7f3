"""Every page with what it may have to show: one, many, none, very long, sold out, refused. No database needed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

from shared.domain.bank_csv import BankFile, BankLine
from shared.domain.book import Credit, CreditedLine
from shared.domain.cart import Cart
from shared.domain.countries import Address
from shared.domain.delivery_days import arrivals
from shared.domain.desk_rights import rights_of
from shared.domain.moves import IllegalMove
from shared.domain.priced_cart import CartLine, PricedCart
from shared.domain.pricing import VatLine
from shared.domain.shipping import ShippingMethod, ShippingPrices
from shared.errors import Change, Conflict, FieldError, Gone, Invalid, NotFound, OperationReused, TooMany, Unavailable
from shared.queries.book_changes import OVERPAID
from shared.queries.catalog import Product, Variant
from shared.queries.desk import COUNT_CAP, DeskPage, DeskRow, DeskSearch
from shared.queries.facets import FacetCount, Facets
from shared.queries.listing import Card, Listing
from shared.queries.order_view import (
    OrderCredit,
    OrderDocument,
    OrderEvent,
    OrderLine,
    OrderParcel,
    OrderReturn,
    OrderStep,
    OrderView,
    PaymentAttempt,
)
from shared.queries.staff import Staff
from shared.seed.source import SeedStyle, read_catalogue
from shared.services import bank
from shared.services.bank import Fit, Matched, Transfer
from shared.services.checkout import order_totals
from shared.settings import Seller, Settings
from storefront.error_pages import error_page
from storefront.fields import Fields
from storefront.forms.checkout import FRESH
from storefront.forms.desk_bank import seal
from storefront.forms.listing import read_shop_query
from storefront.handlers.listing import listing_context
from storefront.links import Links
from storefront.views.asked import Asked
from storefront.views.carts import CartNews, Removed, cart_page
from storefront.views.checkout import CheckoutNews, change_words, checkout_page
from storefront.views.desk_bank import asking_page, bank_page, refused_page
from storefront.views.desk_forms import Refused
from storefront.views.desk_order import order_desk
from storefront.views.order_changes import cancel_page, return_page, withdraw_page
from storefront.views.orders import order_page
from storefront.views.product import product_view

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


def order(**changes: Any) -> OrderView:
    """Paid by invoice, everything done."""
    totals = order_totals(_priced(LINES), ShippingMethod.STANDARD, SHIPPING)
    made = OrderView(
        id=1,
        number="K7QM-4X2D",
        placed_at=NOW,
        email="jana@example.org",
        cart_id="cart-1",
        order_status="processing",
        payment_status="pending",
        fulfillment_status="unfulfilled",
        return_status="none",
        attention=None,
        payment_method="invoice",
        shipping_method="standard",
        currency="EUR",
        subtotal_cents=totals.subtotal_cents,
        shipping_cents=totals.shipping_cents,
        total_cents=totals.total_cents,
        due_cents=totals.total_cents,
        vat=totals.vat,
        paid_cents=0,
        refunded_cents=0,
        lines=tuple(_order_line(line) for line in LINES),
        addresses={"shipping": HOME},
        steps=(step("payment"), step("invoice"), step("receipt")),
        events=tuple(event(what, at) for at, what in enumerate(("order.placed", "invoice.made", "receipt.sent"))),
        documents=(INVOICE,),
        payments=(attempt(),),
    )
    return replace(made, **changes)


def _order_line(line: CartLine) -> OrderLine:
    kept = ("sku", "slug", "name", "colour", "size", "picture", "vat_bp", "quantity", "unit_price_cents")
    states: dict[str, Any] = dict.fromkeys(("packed", "shipped", "delivered", "canceled", "returned"), 0)
    return OrderLine(**{name: getattr(line, name) for name in kept}, **states)


def step(name: str, state: str = "done", **changes: Any) -> OrderStep:
    made = OrderStep(step=name, ref=0, state=state, attempts=1, next_retry_at=None, error=None)
    return replace(made, **changes)


def event(what: str, after_s: int = 0, **changes: Any) -> OrderEvent:
    return replace(OrderEvent(at=NOW + timedelta(seconds=after_s), what=what, who=None, why=None), **changes)


INVOICE = OrderDocument(
    kind="invoice", number="I000418", revision=0, sha256="ab" * 32, path="documents/ab.pdf", size=49152, at=NOW
)


def attempt(method: str = "invoice", **changes: Any) -> PaymentAttempt:
    made = PaymentAttempt(
        attempt=1,
        method=method,
        token=None,
        provider_ref=None,
        authorized_cents=0,
        captured_cents=0,
        refunded_cents=0,
        failed_at=None,
        failure=None,
        checkout_url=None,
    )
    return replace(made, **changes)


def _card_order(**changes: Any) -> OrderView:
    """Placed, the card not entered yet."""
    waiting = (step("payment", "waiting"), step("invoice", "queued"), step("receipt", "queued"))
    made = order(
        order_status="pending",
        payment_method="card",
        payments=(attempt("card"),),
        steps=waiting,
        documents=(),
        events=(event("order.placed"),),
    )
    return replace(made, **changes)


FRESH_ORDER = order(
    order_status="pending",
    documents=(),
    steps=(step("payment", "queued"), step("receipt", "queued")),
    events=(event("order.placed"),),
)
DECLINED = _card_order(payment_status="failed", payments=(attempt("card", failed_at=NOW, failure="card_declined"),))
PAID = order(
    payment_status="paid",
    payment_method="card",
    paid_cents=24100,
    payments=(attempt("card", captured_cents=24100, provider_ref="auth_5Tk29"),),
    events=(event("order.placed"), event("payment.captured", 4), event("invoice.made", 5), event("receipt.sent", 6)),
)
TROUBLED = order(
    attention="The receipt cannot be delivered.",
    steps=(
        step("payment"),
        step("invoice", "retrying", attempts=3, next_retry_at=NOW + timedelta(seconds=40), error="no room left"),
        step("receipt", "dead", attempts=6, error="550 5.1.1 mailbox unknown"),
        step("mail_payment_failed", "running"),
    ),
    events=(
        event("order.placed"),
        event("payment.declined"),
        event("receipt.dead", 3, who="worker", why="550 r•••@x.de"),
    ),
    addresses={
        "shipping": replace(HOME, name=EVIL, line1=ENDLESS, line2="2nd floor"),
        "billing": replace(HOME, name="שלום בע״מ", postcode="1016 DX", city="Amsterdam", country="NL"),
    },
    lines=(replace(_order_line(LINES[0]), name=EVIL), replace(_order_line(LINES[1]), name=ENDLESS)),
    documents=(),
)


def line_of(index: int = 0, **changes: Any) -> OrderLine:
    return replace(_order_line(LINES[index]), **changes)


def parcel(number: int, pieces: Mapping[str, int], arrived_days: int | None = 2, **changes: Any) -> OrderParcel:
    made = OrderParcel(
        id=number,
        carrier="DHL",
        tracking=f"0034043412345678{number}",
        capture_cents=0,
        shipped_at=NOW + timedelta(days=1),
        delivered_at=None if arrived_days is None else NOW + timedelta(days=arrived_days),
        pieces=pieces,
    )
    return replace(made, **changes)


def comes_back(number: int, pieces: Mapping[str, int], **changes: Any) -> OrderReturn:
    made = OrderReturn(
        id=number,
        kind="return",
        reason="too_small",
        requested_at=NOW + timedelta(days=3),
        received_at=None,
        canceled_at=None,
        pieces=pieces,
        received={},
    )
    return replace(made, **changes)


def credit(number: int, kind: str, cents: int, done: bool = True, **changes: Any) -> OrderCredit:
    made = Credit(kind=kind, reason="Asked for", credit_cents=cents, payout_cents=cents, id=number)
    at = NOW + timedelta(days=3)
    return OrderCredit(credit=replace(made, **changes), who="shopper", created_at=at, done_at=at if done else None)


def credit_note(number: int) -> OrderDocument:
    return replace(INVOICE, kind="credit_note", number=f"C00000{number}", revision=number)


JUMPER, DRESS, SOCKS = (line.sku for line in LINES)
ALL_SENT = tuple(line_of(at, **dict.fromkeys(("packed", "shipped", "delivered"), line.quantity)) for at, line in
                 enumerate(LINES))  # fmt: skip
DELIVERED = replace(
    PAID,
    fulfillment_status="delivered",
    order_status="completed",
    lines=ALL_SENT,
    parcels=(parcel(1, {JUMPER: 1, DRESS: 1}), parcel(2, {SOCKS: 3}, 3)),
    events=(*PAID.events, event("line.packed", 50000)),
)
PARTLY_SENT = replace(
    PAID,
    fulfillment_status="partially_shipped",
    lines=(line_of(0, packed=1, shipped=1), line_of(1, canceled=1), line_of(2, packed=2, shipped=2, canceled=1)),
    parcels=(parcel(1, {JUMPER: 1, SOCKS: 2}, None, carrier="", tracking=""),),
    due_cents=13300,
    refunded_cents=10800,
    payment_status="partially_refunded",
    credits=(credit(1, "canceled", 8900, vat=(VatLine(1900, 7479, 1421),)), credit(2, "goodwill", 1900, done=False)),
    documents=(INVOICE, credit_note(1)),
)
RETURNING = replace(
    DELIVERED,
    return_status="partially_received",
    lines=(ALL_SENT[0], ALL_SENT[1], replace(ALL_SENT[2], returned=1)),
    returns=(
        comes_back(1, {SOCKS: 2}, reason="damaged", received={SOCKS: 1}),
        comes_back(2, {JUMPER: 1}),
        comes_back(3, {DRESS: 1}, canceled_at=NOW + timedelta(days=3)),
    ),
    due_cents=22200,
    refunded_cents=1900,
    credits=(credit(1, "returned", 1900),),
    documents=(INVOICE, credit_note(1)),
)
RETURNED = replace(
    DELIVERED,
    return_status="received",
    payment_status="refunded",
    lines=tuple(replace(line, returned=line.quantity) for line in ALL_SENT),
    returns=tuple(
        comes_back(at, {sku: pieces}, received={sku: pieces}, received_at=NOW + timedelta(days=6))
        for at, (sku, pieces) in enumerate({JUMPER: 1, DRESS: 1, SOCKS: 3}.items(), 1)
    ),
    due_cents=0,
    refunded_cents=24100,
    credits=(credit(1, "returned", 24100, vat=PAID.vat),),
    documents=(INVOICE, credit_note(1)),
)
WITHDRAWN = replace(
    DELIVERED,
    return_status="requested",
    returns=(comes_back(1, {JUMPER: 1, DRESS: 1, SOCKS: 3}, kind="withdrawal", reason="changed_mind"),),
    events=(*DELIVERED.events, event("return.withdrawn", 260000)),
)
CANCELED = order(
    order_status="canceled",
    payment_status="refunded",
    payment_method="card",
    paid_cents=24100,
    due_cents=0,
    lines=tuple(line_of(at, canceled=line.quantity) for at, line in enumerate(LINES)),
    credits=(credit(1, "canceled", 24100, done=False, vat=PAID.vat),),
    documents=(INVOICE, credit_note(1)),
    payments=(attempt("card", captured_cents=24100),),
    steps=(step("payment"), step("refund", "queued", ref=1)),
    events=(*PAID.events, event("order.canceled", 300)),
)
PACKED_MEANWHILE = IllegalMove("Something is packed already, so the order cannot be canceled as a whole.")
NOTHING_CHOSEN = Invalid(
    errors=[FieldError("pieces", "Choose at least one piece."), FieldError("reason", "Choose a reason.")]
)


def order_of(view: OrderView, notice: str = "") -> Context:
    return order_page(view, SETTINGS, LINKS, NOW + timedelta(days=4)) | {"notice": notice}


def desk_row(number: str, **changes: Any) -> DeskRow:
    made = DeskRow(
        id=1,
        number=number,
        placed_at=NOW,
        email="jana@example.org",
        name="Jana Łukaszewicz",
        total_cents=20300,
        order_status="processing",
        payment_status="pending",
        fulfillment_status="unfulfilled",
        return_status="none",
        payment_method="invoice",
        attention=None,
        hold_reason=None,
        pieces=3,
        steps={"payment": "done", "invoice": "done", "receipt": "done"},
    )
    return replace(made, **changes)


ROWS = (
    desk_row("K7QM-4X2D"),
    desk_row("1RB6-83HT", name=EVIL, order_status="pending", pieces=1, steps={"payment": "waiting"}),
    desk_row(
        "4VX9-28MD",
        name=ENDLESS,
        payment_status="paid",
        attention="The receipt cannot be delivered.",
        steps={"payment": "done", "invoice": "retrying", "receipt": "dead"},
    ),
    desk_row(
        "8MC2-60QF", order_status="on_hold", hold_reason="Odd address", payment_status="failed", total_cents=1234567
    ),
    desk_row("9AAA-0001", order_status="completed", payment_status="paid", fulfillment_status="delivered"),
    desk_row("9AAA-0002", order_status="canceled", payment_status="voided", fulfillment_status="partially_shipped"),
)


def desk(rows: tuple[DeskRow, ...] = ROWS, older: str | None = None, **search: Any) -> Context:
    found = DeskPage(rows=rows, next=None, all_count=COUNT_CAP, needs_person_count=2)
    found_page = {"found": found, "search": DeskSearch(**search), "older": older, "count_cap": COUNT_CAP}
    return {"staff": ADA, "may": MAY, **found_page}


def desk_order(view: OrderView, *, role: str = "manager", **news: Any) -> Context:
    may = rights_of(role)
    return {"staff": replace(ADA, role=role), "may": may, **order_desk(view, may, **news)}


def _moved(line: OrderLine, **counts: Any) -> OrderLine:
    return replace(line, **counts)


MIDDLE = order(
    payment_status="partially_refunded",
    fulfillment_status="partially_delivered",
    return_status="requested",
    due_cents=17900,
    paid_cents=20000,
    refunded_cents=500,
    attention=OVERPAID,
    payments=(attempt("card", failed_at=NOW, failure="card_declined"), attempt(attempt=2, captured_cents=20000)),
    lines=(
        _moved(_order_line(LINES[0]), packed=1, shipped=1, delivered=1),
        _moved(_order_line(LINES[1]), packed=1),
        _moved(_order_line(LINES[2]), packed=1, shipped=1, canceled=1),
    ),
    parcels=(
        OrderParcel(
            id=7,
            carrier="DHL",
            tracking="00340434161094042557",
            capture_cents=0,
            shipped_at=NOW,
            delivered_at=NOW + timedelta(days=2),
            pieces={LINES[0].sku: 1},
        ),
        OrderParcel(
            id=8,
            carrier=EVIL[:40],
            tracking="",
            capture_cents=2490,
            shipped_at=NOW,
            delivered_at=None,
            pieces={LINES[2].sku: 1},
        ),
    ),
    returns=(
        OrderReturn(
            id=3,
            kind="return",
            reason="too_small",
            requested_at=NOW,
            received_at=None,
            canceled_at=None,
            pieces={LINES[0].sku: 1},
            received={},
        ),
    ),
    credits=(
        OrderCredit(
            credit=Credit(
                id=1,
                kind="canceled",
                reason=EVIL,
                credit_cents=1600,
                payout_cents=500,
                lines=(CreditedLine(sku=LINES[2].sku, quantity=1, cents=1600),),
                vat=(VatLine(1900, 1345, 255),),
            ),
            who="ada@example.com",
            created_at=NOW,
            done_at=NOW,
        ),
        OrderCredit(
            credit=Credit(id=2, kind="goodwill", reason=ENDLESS, credit_cents=900, payout_cents=900),
            who="ada@example.com",
            created_at=NOW,
            done_at=None,
        ),
    ),
    documents=(INVOICE, replace(INVOICE, kind="credit_note", number="C000007")),
    steps=(
        *(step("payment"), step("invoice"), step("receipt"), step("receipt", ref=2), step("mail_shipped", ref=7)),
        *(step("credit_note", ref=1), step("refund", "running", ref=2)),
    ),
    events=(
        *(
            event("order.placed"),
            event("order.processing", 3),
            event("line.packed", 60, who="ada@example.com", why=EVIL),
        ),
        *(event("parcel.shipped", 90, who="ada@example.com"), event("return.requested", 99, who="shopper")),
    ),
)
HELD = replace(MIDDLE, order_status="on_hold", hold_reason=EVIL, attention=None)
REFUSED_SHIP = Refused(
    "ship",
    Fields([(f"pieces.{LINES[1].sku}", "9"), ("carrier", EVIL), ("tracking", ENDLESS), ("operation_id", "op-1")]),
    Invalid(errors=[FieldError(f"pieces.{LINES[1].sku}", "Enter a whole number.")]),
)
REFUSED_CANCEL = Refused(
    "cancel", Fields([(f"pieces.{LINES[2].sku}", "2"), ("reason", EVIL)]), Conflict("Only 1 can be canceled, not 2.")
)
REFUSED_REFUND = Refused(
    "refund", Fields([("amount", EVIL), ("reason", "")]), Invalid(errors=[FieldError("amount", "Enter an amount.")])
)


def bank_check(kinds: tuple[Fit, ...] = tuple(Fit)) -> Context:
    lines = [
        BankLine(row=at, day=date(2026, 11, 25), amount_cents=1250 * at, purpose=ENDLESS, name=EVIL, key=f"k{at}")
        for at, _ in enumerate(kinds, 2)
    ]
    matched = [
        Matched(line=line, fit=fit, number="" if fit in (Fit.UNKNOWN, Fit.SEVERAL) else "K7QM-4X2D", open_cents=2500)
        for line, fit in zip(lines, kinds, strict=True)
    ]
    context, transfers = asking_page(BankFile(lines=tuple(lines), outgoing=1, pending=2), matched)
    return {"staff": ADA, "may": MAY, "sealed": seal(transfers, ["a secret of the tests"]), **context}


NO_TRANSFER = [bank.Refused(transfer=Transfer(number="K7QM-4X2D", key="k", amount_cents=1250, note=EVIL), why=ENDLESS)]


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


def failed(error: Any, styles: tuple[Card, ...] = ()) -> Context:
    return error_page(error, "0a1b2c3d4e5f6a7b", "http://localhost:8000") | {"styles": styles}


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
    "checkout": ("checkout.html", checkout()),
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
    "desk-password": ("back_office/password.html", {"token": "t-1", "fault": ""}),
}
