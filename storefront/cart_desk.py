"""What a shopper does with a cart: the catalogue says what there is, the store decides and answers with the whole."""

from dataclasses import replace
from typing import TYPE_CHECKING

from shared.domain.cart import MAX_QUANTITY, SKU, Cart
from shared.domain.load_runs import run_of_cart
from shared.domain.priced_cart import PricedCart
from shared.errors import Gone, NotFound, Unavailable
from shared.queries.catalog import Variant
from shared.services.cart_prices import price_cart, priced_with
from storefront.cart_questions import Variants
from storefront.cart_store import Operation

if TYPE_CHECKING:
    from storefront.shop import Shop

Priced = tuple[Cart, PricedCart]


async def find_variant(shop: "Shop", sku: str, cart_id: str | None) -> Variant:
    """The variant on sale under a SKU, as the shopper of this cart finds it.

    Raises:
        NotFound: there is none; Gone: it is not sold any more.
    """
    return _on_sale(sku, await _ask(shop, cart_id, sku))


async def add_item(shop: "Shop", known: Cart, sku: str, quantity: int, operation: Operation) -> Cart:
    variant = await find_variant(shop, sku, known.id)
    return await shop.carts.add(known, sku, quantity, _limit(variant), operation)


async def put_item(shop: "Shop", known: Cart, sku: str, quantity: int, operation: Operation) -> Cart:
    variant = await find_variant(shop, sku, known.id)
    return await shop.carts.put(known, sku, quantity, _limit(variant), operation)


async def add_and_price(shop: "Shop", known: Cart, sku: str, quantity: int, operation: Operation) -> Priced:
    """As `add_item`, with the prices of all that is in the cart then, asked for together with the piece itself."""
    variants = await _ask(shop, known.id, sku, *known.quantities)
    cart = await shop.carts.add(known, sku, quantity, _limit(_on_sale(sku, variants)), operation)
    return await _with_prices(shop, cart, variants)


async def put_and_price(shop: "Shop", known: Cart, sku: str, quantity: int, operation: Operation) -> Priced:
    """As `put_item`, priced like `add_and_price`."""
    variants = await _ask(shop, known.id, sku, *known.quantities)
    cart = await shop.carts.put(known, sku, quantity, _limit(_on_sale(sku, variants)), operation)
    return await _with_prices(shop, cart, variants)


async def take_what_is_left(shop: "Shop", known: Cart, operation: Operation) -> Cart:
    """Lower every line to what there is, and take out what is not sold any more; an operation of its own a line."""
    cart = await shop.carts.read(known)
    async with shop.database.writer() as connection:
        lines = {line.sku: line for line in (await price_cart(connection, cart)).lines}
    for sku, quantity in cart.quantities.items():
        left = lines[sku].available if sku in lines else 0
        one = replace(operation, id=operation.id and f"{operation.id}:{sku}")
        if left == 0:
            cart = await shop.carts.remove(cart, sku, one)
        elif left < quantity:
            cart = await shop.carts.put(cart, sku, left, left, one)
    return cart


async def read_cart(shop: "Shop", known: Cart) -> Cart:
    """Read the cart of whoever came with this copy; what was ordered is not in it."""
    return await shop.carts.read(known)


async def look_at_cart(shop: "Shop", known: Cart) -> Cart:
    """Read a cart that is only to be shown, which goes on while the writer is away."""
    try:
        return await read_cart(shop, known)
    except Unavailable:
        return await shop.carts.glance(known)


async def priced(shop: "Shop", cart: Cart) -> PricedCart:
    return priced_with(cart, await shop.cart_questions.variants(run_of_cart(cart.id), cart.quantities.keys()))


async def _ask(shop: "Shop", cart_id: str | None, *skus: str) -> Variants:
    """What the catalogue says of SKUs; what cannot be one is not asked for."""
    return await shop.cart_questions.variants(run_of_cart(cart_id), [sku for sku in skus if SKU.fullmatch(sku)])


async def _with_prices(shop: "Shop", cart: Cart, variants: Variants) -> Priced:
    """Ask once more where the cart holds something else than its copy did, as another tab was at it."""
    if cart.quantities.keys() <= variants.keys():
        return cart, priced_with(cart, variants)
    return cart, await priced(shop, cart)


def _on_sale(sku: str, variants: Variants) -> Variant:
    if sku not in variants:
        raise NotFound("There is no such piece.")
    if variants[sku].withdrawn:
        raise Gone("This piece is not sold any more.")
    return variants[sku]


def _limit(variant: Variant) -> int:
    return min(variant.stock, MAX_QUANTITY)
