"""The address book: one list, one form; every fault is told beside its field."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from shared.domain.countries import COUNTRIES, Address, tidy_address
from shared.errors import FieldError, Invalid, NotFound
from shared.queries.addresses import address_of, addresses_of
from shared.services import address_book
from storefront.forms.addresses import address_faults
from storefront.handlers.account_pages import OwnPage

PAGE = "/account/addresses"
FIELDS = ("name", "line1", "line2", "postcode", "city", "country")
FRESH = dict.fromkeys(FIELDS, "") | {"country": "DE"}


def read_id(text: str) -> int:
    """Raises NotFound: this names no address."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound(address_book.NONE)
    return int(text)


class AddressesHandler(OwnPage):
    async def get(self) -> None:
        change = self.query.get("change")
        await self._show(await self._known(read_id(change)) if change else FRESH, change or "", ())

    async def post(self) -> None:
        """Remove one, use one first, change one, or add one: whichever field says so."""
        form, user_id = self.form(), self.user.user_id
        if "remove" in form:
            await address_book.remove_address(self.shop.database, user_id, read_id(form["remove"]))
        elif "first" in form:
            await address_book.use_first(self.shop.database, user_id, read_id(form["first"]))
        elif not await self._save({name: form.get(name, "") for name in FIELDS}, form.get("change", "")):
            return
        self.see_other(PAGE)

    async def _save(self, typed: Mapping[str, str], change: str) -> bool:
        place = Address(**typed)
        if faults := address_faults(place, ""):
            await self._show(typed, change, faults)
            return False
        place = tidy_address(place)
        if change:
            await address_book.change_address(self.shop.database, self.user.user_id, read_id(change), place)
        else:
            await address_book.add_address(self.shop.database, self.user.user_id, place)
        return True

    async def _known(self, address_id: int) -> Mapping[str, str]:
        async with self.shop.own_view() as connection:
            found = await address_of(connection, self.user.user_id, address_id)
        if found is None:
            raise NotFound(address_book.NONE)
        return vars(found.address)

    async def _show(self, typed: Mapping[str, str], change: str, faults: Sequence[FieldError]) -> None:
        async with self.shop.own_view() as connection:
            booked = await addresses_of(connection, self.user.user_id)
        told = {fault.field: fault.message for fault in faults}
        status = HTTPStatus(Invalid.status) if told else HTTPStatus.OK
        countries = [(country.code, country.name) for country in COUNTRIES]
        self.account_page(
            "addresses.html", status, addresses=booked, typed=typed, change=change, faults=told, countries=countries
        )
