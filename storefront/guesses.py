"""Tries of a password: counted before they are looked at, so that many at once do not get through.

A browser that signed in to the account before has limits of its own. Every other counts for the account and, so that
nobody tries one password at many accounts, for its address: that one first, or it would go on locking accounts.
"""

from typing import TYPE_CHECKING

from storefront.cookies import DEVICE
from storefront.devices import known_device
from storefront.rates import SIGN_IN, Counted

if TYPE_CHECKING:
    from storefront.handlers.base import BaseHandler


class Guess:
    def __init__(self, handler: "BaseHandler", account: str) -> None:
        """One try at an account; see `shared.domain.emails.account_name`."""
        self._rates = handler.shop.rates
        cookie = handler.get_cookie(handler.shop.cookies.name(DEVICE))
        device = known_device(cookie, account, handler.shop.settings.cookie_secrets)
        self._counted: list[Counted] = [(limit, device or account) for limit in SIGN_IN]
        if device is None:
            self._counted.insert(0, (self._rates.sign_in_address, handler.client_address))

    async def count(self) -> None:
        """Raises TooMany: the password is not looked at."""
        await self._rates.take_each(self._counted)

    async def take_back(self) -> None:
        """Only wrong ones stay counted: neither a right one, nor one that nobody could look at just now."""
        await self._rates.give_back_each(self._counted)
