"""A bank's list of transfers: uploaded, shown line by line, and recorded once a person has said so.

Nothing is kept between the two pages but the transfers themselves, signed, in the form.
"""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import ClassVar

from shared.domain.bank_csv import read_bank_csv
from shared.errors import Invalid
from shared.security_log import Event, note
from shared.services import bank
from storefront.forms.desk_bank import read_upload, seal, unseal
from storefront.handlers.back_office import DeskHandler
from storefront.views.desk_bank import asking_page, bank_page, refused_page

UPLOAD_LIMIT = 1024 * 1024


class BankDesk(DeskHandler):
    max_body: ClassVar[int] = UPLOAD_LIMIT

    def is_turned_away(self) -> bool:
        """Whether this is not for this person, who is then told so."""
        if "bank" in self.rights:
            return False
        note(Event.NOT_ALLOWED, staff=self.staff.id, role=self.staff.role)
        self.show_faults([f"As {self.staff.role} you may not do this."], HTTPStatus.FORBIDDEN)
        return True

    def show_faults(self, faults: Sequence[str], status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> None:
        self.desk("bank.html", status, **bank_page(faults))


class BankHandler(BankDesk):
    async def get(self) -> None:
        if not self.is_turned_away():
            self.desk("bank.html", **bank_page(done=self.query.get("done", "")))

    async def post(self) -> None:
        if self.is_turned_away():
            return
        try:
            content = read_upload(self.request.headers.get("Content-Type", ""), self.body())
            file = await asyncio.to_thread(read_bank_csv, content)
        except Invalid as error:
            self.show_faults([each.message for each in error.errors])
            return
        context, transfers = asking_page(file, await bank.match(self.shop.database, file.lines))
        self.desk("bank_check.html", sealed=seal(transfers, self.shop.settings.cookie_secrets), **context)


class RecordHandler(BankDesk):
    async def get(self) -> None:
        """Where signing in again leads to when it was needed in between."""
        self.see_other("/back-office/bank")

    async def post(self) -> None:
        if self.is_turned_away():
            return
        form = self.form()
        try:
            transfers = unseal(form.get("transfers", ""), self.shop.settings.cookie_secrets)
        except Invalid as error:
            self.show_faults([each.message for each in error.errors])
            return
        chosen = [each for at, each in enumerate(transfers) if form.get(f"line-{at}")]
        if not chosen:
            self.show_faults(["Nothing was ticked, so nothing was recorded."])
            return
        refused, messages = await bank.record(self.shop.database, chosen, self.staff.email)
        self.shop.publisher.announce_soon(messages)
        if refused:
            context = refused_page(refused, len(chosen) - len(refused))
            self.desk("bank_refused.html", HTTPStatus.CONFLICT, **context)
        else:
            self.see_other(f"/back-office/bank?done={len(chosen)}")
