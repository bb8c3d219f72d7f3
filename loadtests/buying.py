"""Those who buy as guests: by invoice, by card, with a card that is refused, after second thoughts, in a flash sale."""

from typing import Any, ClassVar

import gevent
from locust.exception import StopUser

from loadtests.basket import Basket
from loadtests.browsing import Browsing
from loadtests.diary import DECLINED, STANDS, Order
from loadtests.kinds import CART, CHECKOUT, CHECKOUT_PAGE, ORDER_PAGE, PRODUCT
from loadtests.visitor import AGAIN, Answer, Question, new_key

ADDRESS = {"name": "Jana Berg", "line1": "Hauptstr. 1", "line2": "", "city": "Berlin", "postcode": "10969"}
INVOICE, GOOD_CARD = {"method": "invoice"}, {"method": "card", "token": "tok_success"}
BAD_CARD = {"method": "card", "token": "tok_decline"}
PLACED, CONFLICT = 201, 409
LOOKS = 3  # at the order's page after buying
DECLINED_LOOKS = 10


class Buyer(Browsing):
    """Walks through the shop, fills a cart, orders it and looks what becomes of it."""

    abstract = True
    payment: ClassVar[dict[str, str]] = INVOICE
    looks: ClassVar[int] = LOOKS

    def on_start(self) -> None:
        self.basket = Basket(self)

    def on_stop(self) -> None:
        self.basket.look_as_the_run_ends()

    def journey(self) -> None:
        self.basket.look_for_the_last_time()
        self.come_as_new()
        self.basket = Basket(self)
        self.enter()
        self.browse()
        self.fill()
        self.go_on()

    def fill(self) -> None:
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            self.basket.add(self.look_at_something(), self.chance.choice((1, 1, 1, 2)))
            self.think()

    def go_on(self) -> None:
        """From the cart to the order."""
        self.see(CART, "/cart", good=(200, 303))  # 303: what came together is shown next
        self.think()
        if order := self.order():
            self.watch(order)

    def order(self) -> "dict[str, Any] | None":
        """Order everything, under one key until it is answered; None when the shop refused, or the cart is empty."""
        cart = self.basket.look()
        if cart.status != 200 or not cart.pieces:
            return None
        self.see(CHECKOUT_PAGE, "/checkout", good=(200, 303))
        self.think()
        return self._place(cart)

    def _place(self, cart: Answer) -> "dict[str, Any] | None":
        key, diary = new_key(), self.trip.diary
        email = f"{key}@load.example.com"
        body = {
            "email": email,
            "cart_revision": cart.document["revision"],
            "shipping_method": "standard",
            "shipping_address": ADDRESS | {"country": "DE"},
            "payment": self.payment,
        }
        diary.asked.append(key)
        question = Question(
            kind=CHECKOUT,
            method="POST",
            path="/api/v1/orders",
            body=body,
            headers={"Idempotency-Key": key},
            good=(PLACED, *self.trip.refusals),
        )
        first, last = self.until_answered(question)
        if last.status == CONFLICT:
            diary.note_refusal(last.problem)
        if last.status == PLACED or last.status in AGAIN:
            self.basket.empty_by_order(first, last)
        if last.status != PLACED:
            return None
        placed: dict[str, Any] = last.document
        fate = DECLINED if self.payment == BAD_CARD else STANDS
        diary.orders.append(
            Order(
                key=key,
                number=placed["number"],
                email=email,
                total_cents=placed["total_cents"],
                pieces=cart.pieces,
                at_s=self.trip.now_s(),
                fate=fate,
            )
        )
        return placed

    def watch(self, order: dict[str, Any]) -> None:
        """Look at the order's page again and again, as its script does."""
        path = order["url"].split("/", 3)[3]
        for _ in range(self.looks):
            self.see(ORDER_PAGE, f"/{path}")
            self.think()


class GuestBuyer(Buyer):
    weight = 4


class CardBuyer(Buyer):
    weight = 4
    payment = GOOD_CARD


class OrderWatcher(Buyer):
    """Keeps the order's page open."""

    weight = 3
    looks = 12


class DeclinedBuyer(Buyer):
    """The card is refused; the bill is then paid by invoice."""

    weight = 1
    payment = BAD_CARD

    def watch(self, order: dict[str, Any]) -> None:
        path, key = order["url"].split("/", 3)[3].split("?key=")
        for _ in range(DECLINED_LOOKS):
            found = self.see(ORDER_PAGE, f"/api/v1/{path}?key={key}")
            self.think()
            if found.document and found.document["payment_status"] == "failed":
                self._pay_by_invoice(order["number"], f"/{path}/pay", key)
                return

    def _pay_by_invoice(self, number: str, path: str, key: str) -> None:
        answer = self.submit(ORDER_PAGE, path, {"payment": "invoice", "key": key})
        if answer.status == 303:
            next(each for each in self.trip.diary.orders if each.number == number).fate = STANDS


class Hesitant(Buyer):
    """Takes things out and puts them back in, in two tabs at once; every fourth orders in the end."""

    weight = 10

    def fill(self) -> None:
        first, second = self.look_at_something(), self.look_at_something()
        self.basket.add(first, 2)
        self.think()
        gevent.joinall([gevent.spawn(self.basket.add, second, 1), gevent.spawn(self.basket.put, first, 1)])
        self.think()
        self.basket.remove(second)
        gevent.joinall([gevent.spawn(self.basket.add, second, 1), gevent.spawn(self.basket.look)])
        self.think()

    def go_on(self) -> None:
        if self.chance.random() < 0.25:
            super().go_on()
        else:
            self.see(CART, "/cart", good=(200, 303))  # 303: what came together is shown next
            self.think()


class FlashBuyer(Buyer):
    """Wants the one thing of a flash sale, once; comes when there is one only."""

    def journey(self) -> None:
        slug = next(each.slug for each in self.trip.products if self.trip.hot_sku in each.skus)
        self.see(PRODUCT, f"/products/{slug}")
        answer = self.basket.add(self.trip.hot_sku, 1)
        if answer.status == 200:
            self._place(answer)
        raise StopUser
