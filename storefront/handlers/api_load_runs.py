"""The API's calls about load runs, for whoever holds the secret. Without one set there are no such calls."""

from http import HTTPStatus
from typing import ClassVar

from shared.domain.load_runs import RunToken
from shared.errors import BadRunToken, NotFound, UnsupportedMediaType
from shared.queries.load_runs import LoadRun
from shared.services import load_runs
from shared.services.load_run_audit import audit_run
from storefront.api import run_shapes
from storefront.api.models import RunQuery, RunToOpen
from storefront.handlers.api import ApiHandler
from storefront.load_runs import RUN_HEADER
from storefront.validation import check


class RunsDesk(ApiHandler):
    is_for_shoppers: ClassVar[bool] = False

    async def prepare(self) -> None:
        await super().prepare()
        if not self.shop.load_runs.is_on:
            raise NotFound("There is no such call; /api/v1/openapi.json lists them all.")

    def token_of(self, run: str) -> RunToken:
        """Raises BadRunToken: there is none, or it is good for another run."""
        token = self.shop.load_runs.read(self.request.headers.get(RUN_HEADER))
        if token is None:
            raise BadRunToken(f"The header {RUN_HEADER} is missing.")
        if token.run != run:
            raise BadRunToken("It is another run's token.")
        return token

    async def run_of(self, run: str) -> LoadRun:
        self.token_of(run)
        return await load_runs.find(self.shop.database, run)


class RunsApi(RunsDesk):
    async def post(self) -> None:
        wanted = self.read(RunToOpen)
        run = await load_runs.open_run(self.shop.database, self.token_of(wanted.run), wanted.stock)
        self.shop.load_runs.forget(run.run)
        self.answer(run_shapes.run(run), HTTPStatus.CREATED)


class RunEndApi(RunsDesk):
    async def post(self, run: str) -> None:
        if self.body() and self.content_type() != "application/json":
            raise UnsupportedMediaType("Send application/json, or nothing.")
        await self.run_of(run)
        ended = await load_runs.end(self.shop.database, run)
        self.shop.load_runs.forget(run)
        self.answer(run_shapes.run(ended))


class RunApi(RunsDesk):
    async def get(self, run: str) -> None:
        found, wanted = await self.run_of(run), check(RunQuery, dict(self.query.items()))
        page = await load_runs.page_of(self.shop.database, run, int(wanted.cursor or 0), wanted.limit)
        capture = self.shop.settings.payment_capture
        audit = await audit_run(self.shop.database, run, capture) if wanted.audit == "1" else None
        self.answer(run_shapes.report(found, page, audit))
