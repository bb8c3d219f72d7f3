"""Staff who watch the list of orders."""

from locust.exception import StopUser

from loadtests.kinds import SIGN_IN, STAFF_LIST
from loadtests.visitor import Visitor

PAGES = ("", "?order_status=processing", "?payment_status=failed", "?view=needs-person")


class StaffWatcher(Visitor):
    weight = 2
    is_signed_in = False

    def journey(self) -> None:
        if not self.is_signed_in:
            self._sign_in()
        self.see(STAFF_LIST, f"/back-office/orders{self.chance.choice(PAGES)}")
        self.think()

    def _sign_in(self) -> None:
        """Without anybody's password there is nothing to watch."""
        if self.trip.staff is None:
            raise StopUser
        email, password = self.trip.staff
        self.submit(SIGN_IN, "/back-office/sign-in", {"email": email, "password": password, "next": ""})
        self.is_signed_in = True
        self.think()
