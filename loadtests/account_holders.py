"""Those who have an account, and the same cart in whatever browser they come with."""

from loadtests.buying import Buyer
from loadtests.kinds import ORDER_PAGE, SIGN_IN


class AccountBuyer(Buyer):
    """Signs in before buying; as long as there are no accounts left, a guest."""

    weight = 3

    def on_start(self) -> None:
        super().on_start()
        self.account = self.trip.accounts.pop() if self.trip.accounts else None

    def journey(self) -> None:
        if self.account is None:
            Buyer.journey(self)
            return
        self.sign_in(*self.account)
        self.enter()
        self.fill()
        self.go_on()
        self.see(ORDER_PAGE, "/account/orders")
        self.think()

    def sign_in(self, email: str, password: str) -> None:
        """In another browser each time; the account's cart is there again."""
        self.come_as_new()
        self.submit(SIGN_IN, "/account/sign-in", {"email": email, "password": password, "next": ""})
        self.think()


class Returner(AccountBuyer):
    """Fills a cart, goes away, comes back in another browser and finds it as it was."""

    weight = 3

    def go_on(self) -> None:
        if self.account:
            self.sign_in(*self.account)
            self.basket.look()
        super().go_on()
