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
        cart = await cart_desk.add_item(self.shop, self.shopper.cart, item.sku, item.quantity, self.change(item))
        await self.answer_cart(cart)


class CartItemApi(ApiHandler):
    async def put(self, sku: str) -> None:
        wanted = self.read(ItemQuantity)
        cart = await cart_desk.put_item(self.shop, self.shopper.cart, sku, wanted.quantity, self.change(wanted))
        await self.answer_cart(cart)

    async def delete(self, sku: str) -> None:
        await self.answer_cart(await self.shop.carts.remove(self.shopper.cart, sku, self.change()))
