"""The back office: who is signed in, and the list of orders. Whoever is not signed in is sent to sign in first."""

from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from shared.domain.desk_rights import rights_of
from shared.own_writes import concerns
from shared.queries.desk import DeskSearch, desk_page
from shared.queries.desk_counts import COUNT_CAP
from shared.queries.staff import Staff
from shared.services.staff import who_is
from storefront.cookies import STAFF_SESSION
from storefront.handlers.pages import PageHandler
from storefront.views.states import FULFILLMENT, ORDER, PAYMENT

NEEDS_PERSON, TEST_RUNS = "needs-person", "test-runs"


class DeskHandler(PageHandler):
    """Finds out who is signed in once, before anything else."""

    is_for_shoppers: ClassVar[bool] = False
    signed_in: Staff | None = None

    async def prepare(self) -> None:
        await super().prepare()
        secret = self.get_cookie(self.shop.cookies.name(STAFF_SESSION))
        self.signed_in = await who_is(self.shop.staff, secret) if secret else None
        if self.signed_in:
            concerns(f"staff:{self.signed_in.id}")
        else:
            self.redirect("/back-office/sign-in?next=" + quote(self.request.path), status=HTTPStatus.SEE_OTHER)

    @property
    def staff(self) -> Staff:
        assert self.signed_in is not None  # see `prepare`
        return self.signed_in

    @property
    def rights(self) -> frozenset[str]:
        return rights_of(self.staff.role)

    def desk(self, template: str, status: HTTPStatus = HTTPStatus.OK, /, **context: Any) -> None:
        self.page(f"back_office/{template}", status, staff=self.staff, may=self.rights, **context)


class FrontDoorHandler(DeskHandler):
    async def get(self) -> None:
        self.see_other("/back-office/orders")


class OrdersHandler(DeskHandler):
    async def get(self) -> None:
        search = self._search()
        async with self.shop.own_view() as connection:
            found = await desk_page(connection, search)
            counts = await self.shop.view_counts.read(connection)
        older = self._address({"after": found.next}) if found.next else None
        self.desk("orders.html", found=found, counts=counts, search=search, older=older, count_cap=COUNT_CAP)

    def _search(self) -> DeskSearch:
        """The filters; a status that does not exist is as good as none."""
        return DeskSearch(
            q=self.query.get("q", "")[:254],
            order_status=self._known("order_status", ORDER),
            payment_status=self._known("payment_status", PAYMENT),
            fulfillment_status=self._known("fulfillment_status", FULFILLMENT),
            needs_person=self.query.get("view") == NEEDS_PERSON,
            test_runs=self.query.get("view") == TEST_RUNS,
            after=self.query.get("after", ""),
        )

    def _known(self, name: str, states: dict[str, Any]) -> str:
        value = self.query.get(name, "")
        return value if value in states else ""

    def _address(self, changes: dict[str, str]) -> str:
        kept = {name: value for name, value in self.query.items() if value and name != "after"}
        return "/back-office/orders?" + urlencode(kept | changes)
