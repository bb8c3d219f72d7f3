"""Another e-mail address for an account: asked for with the password, done by the link in the mail."""

from shared.domain.emails import account_name
from shared.errors import Invalid
from shared.queries.account_mails import JOB
from shared.services.account_email import ask_for_email, change_email, check_password_of
from shared.services.account_links import CHANGE
from shared.services.accounts import Proven
from storefront.handlers.account_pages import OwnPage, read_email
from storefront.handlers.account_sign_in import LinkHandler
from storefront.rates import ACCOUNT_MAIL, SIGN_IN


class EmailHandler(OwnPage):
    async def get(self) -> None:
        self.account_page("email.html", email="", current=self.user.email, fault="", faults={})

    async def post(self) -> None:
        """Whether the new address has an account is told to nobody here."""
        form = self.form()
        typed = form.get("email", "")
        try:
            email = read_email(typed)
            done_keys = await self._ask(email, form.get("password", ""))
        except Invalid as error:
            self.refuse("email.html", error, email=typed, current=self.user.email)
            return
        for done_key in done_keys:
            self.shop.errands.hand_over_soon(JOB, done_key)
        self.account_page("email_asked.html", email=email, current=self.user.email)

    async def _ask(self, email: str, password: str) -> list[str]:
        """Wrong passwords are counted as at signing in; mails by account and by address, once the password fits."""
        account = f"user:{self.user.user_id}"
        for limit in SIGN_IN:
            await self.shop.rates.take(limit, account)
        await check_password_of(self.shop.accounts, self.user.user_id, password)
        for limit in SIGN_IN:
            await self.shop.rates.give_back(limit, account)
        for counted in (account, account_name(email)):
            await self.shop.rates.take(ACCOUNT_MAIL, counted)
        return await ask_for_email(self.shop.accounts, self.user.user_id, email)


class ConfirmHandler(LinkHandler):
    purpose, template = CHANGE, "email_confirm.html"

    async def use(self, token: str, password: str) -> Proven:
        return await change_email(self.shop.accounts, token, password)
