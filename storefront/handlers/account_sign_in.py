"""Signing in to an account, out of it, and the ways to one: registering, proving the address, a forgotten password."""

from http import HTTPStatus

from shared.domain.emails import account_name
from shared.errors import Invalid, ShopError
from shared.queries.account_mails import JOB
from shared.queries.users import user_by_id
from shared.services import accounts
from shared.services.account_links import RESET, VERIFY, find_link
from shared.services.accounts import Proven
from shared.services.shopper_sessions import check_sign_in
from storefront import account_carts
from storefront.going_on import local_path
from storefront.guesses import Guess
from storefront.handlers.account_pages import HOME, AccountPage, read_email
from storefront.rates import ACCOUNT_MAIL, RESET_MAIL, SIGN_IN


class SignInHandler(AccountPage):
    async def get(self) -> None:
        going_on = local_path(self.query.get("next", ""), HOME)
        self.account_page("sign_in.html", email="", fault="", faults={}, next=going_on)

    async def post(self) -> None:
        form = self.form()
        email, going_on = form.get("email", "").strip()[:254], local_path(form.get("next", ""), HOME)
        guess = Guess(self, account_name(email))
        await guess.count()
        try:
            user = await check_sign_in(self.shop.accounts, email, form.get("password", ""))
        except Invalid as error:
            self.refuse("sign_in.html", error, email=email, next=going_on)
            return
        except ShopError:
            await guess.take_back()
            raise
        await guess.take_back()
        await self.begin_session(user.id, user.email, user.password_hash)
        self.see_other(await self.way_on(user.id, going_on))


class SignOutHandler(AccountPage):
    async def post(self) -> None:
        if self.secret:
            await self.shop.sessions.end(self.secret)
        self.drop_session()
        await self._leave_cart()
        self.see_other("/account/sign-in")

    async def _leave_cart(self) -> None:
        """The account's cart stays with the account; a store that lost it gets it back before the copy goes."""
        cart = self.shopper.cart
        if cart.id is not None and await account_carts.is_an_accounts(self.shop, cart.id):
            await self.shop.carts.read(cart)
            self.drop_cart()


class RegisterHandler(AccountPage):
    """Known and unknown addresses are told the same: look into the mailbox."""

    async def get(self) -> None:
        self.account_page("register.html", email="", fault="", faults={})

    async def post(self) -> None:
        form = self.form()
        typed = form.get("email", "")
        try:
            email = read_email(typed)
            await self.count_address()
            await self.shop.rates.take(ACCOUNT_MAIL, account_name(email))
            password = form.get("password", "")
            done_key = await accounts.register(self.shop.accounts, email, password, self.test_run)
        except Invalid as error:
            self.refuse("register.html", error, email=typed)
            return
        self.shop.errands.hand_over_soon(JOB, done_key)
        self.account_page("mailed.html", HTTPStatus.OK, email=email)


class ForgottenHandler(AccountPage):
    async def get(self) -> None:
        self.account_page("forgotten.html", email="", fault="", faults={})

    async def post(self) -> None:
        typed = self.form().get("email", "")
        try:
            email = read_email(typed)
        except Invalid as error:
            self.refuse("forgotten.html", error, email=typed)
            return
        await self.count_address()
        await self.shop.rates.take(RESET_MAIL, account_name(email))
        self.shop.errands.hand_over_soon(JOB, await accounts.forget_password(self.shop.accounts, email))
        self.account_page("mailed.html", HTTPStatus.OK, email=email)


class LinkHandler(AccountPage):
    """A mailed link and the password that goes with it; a used or old link says so (410)."""

    purpose = ""
    template = ""

    async def get(self) -> None:
        token = self.query.get("token", "")
        await find_link(self.shop.database, token, self.purpose)
        self.account_page(self.template, token=token, fault="", faults={})

    async def post(self) -> None:
        form = self.form()
        token, password = form.get("token", ""), form.get("password", "")
        link = await find_link(self.shop.database, token, self.purpose)
        for limit in SIGN_IN:
            await self.shop.rates.take(limit, f"link:{link.id}")
        try:
            proven = await self.use(token, password)
        except Invalid as error:
            self.refuse(self.template, error, token=token)
            return
        await self.begin_proven(proven, await self._email_of(proven))
        self.see_other(await self.way_on(proven.user_id, HOME))

    async def use(self, token: str, password: str) -> Proven:
        raise NotImplementedError

    async def _email_of(self, proven: Proven) -> str:
        async with self.shop.database.writer() as connection:
            user = await user_by_id(connection, proven.user_id)
        return user.email if user else ""


class VerifyHandler(LinkHandler):
    purpose, template = VERIFY, "verify.html"

    async def use(self, token: str, password: str) -> Proven:
        return await accounts.prove(self.shop.accounts, token, password)


class ResetHandler(LinkHandler):
    purpose, template = RESET, "reset.html"

    async def use(self, token: str, password: str) -> Proven:
        return await accounts.reset_password(self.shop.accounts, token, password)
