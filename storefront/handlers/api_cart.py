"""The API's calls about the cart."""

from storefront import cart_desk
from storefront.api.models import ItemQuantity, ItemToAdd
from storefront.handlers.api import ApiHandler


class CartApi(ApiHandler):
    async def get(self) -> None:
        await self.answer_cart(await cart_desk.look_at_cart(self.shop, self.shopper.cart))

    async def delete(self) -> None:
        await self.answer_cart(await self.shop.carts.clear(self.shopper.cart, self.change()))


class CartItemsApi(ApiHandler):
    async def post(self) -> None:
        item = self.read(ItemToAdd)
        known, operation = self.shopper.cart, self.change(item)
        self.answer_priced(*await cart_desk.add_and_price(self.shop, known, item.sku, item.quantity, operation))


class CartItemApi(ApiHandler):
    async def put(self, sku: str) -> None:
        wanted = self.read(ItemQuantity)
        known, operation = self.shopper.cart, self.change(wanted)
        self.answer_priced(*await cart_desk.put_and_price(self.shop, known, sku, wanted.quantity, operation))

    async def delete(self, sku: str) -> None:
        await self.answer_cart(await self.shop.carts.remove(self.shopper.cart, sku, self.change()))
