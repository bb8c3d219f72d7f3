"""Staff change their own password. Every session ends with the old one, so they sign in anew."""

from http import HTTPStatus

from shared.errors import Invalid
from shared.services.staff import change_password
from storefront.cookies import STAFF_SESSION
from storefront.handlers.back_office import DeskHandler
from storefront.rates import SIGN_IN


class OwnPasswordHandler(DeskHandler):
    async def get(self) -> None:
        self.desk("own_password.html", fault="")

    async def post(self) -> None:
        form = self.form()
        for limit in SIGN_IN:
            await self.shop.rates.take(limit, f"staff:{self.staff.id}")
        try:
            if form.get("password", "") != form.get("again", ""):
                raise Invalid("The two passwords differ.")
            current, password = form.get("current", ""), form.get("password", "")
            await change_password(self.shop.staff, self.staff, current, password)
        except Invalid as refused:
            fault = refused.errors[0].message if refused.errors else refused.detail
            self.desk("own_password.html", HTTPStatus.UNPROCESSABLE_ENTITY, fault=fault)
            return
        for limit in SIGN_IN:
            await self.shop.rates.give_back(limit, f"staff:{self.staff.id}")
        self.clear_cookie(self.shop.cookies.name(STAFF_SESSION), **self.shop.cookies.flags())
        self.see_other("/back-office/sign-in")
