"""`POST /worker`: the messages that the tier's SQS daemon brings. 200 deletes a message, all else shows it again."""

import logging
from http import HTTPStatus

from shared import log
from shared.errors import Unavailable
from workers.errand import Errand, Unclear, read_errand
from workers.jobs import Outcome, is_known
from workers.plain import PlainHandler
from workers.refused import note_refused

logger = logging.getLogger(__name__)

LOOPBACK = ("127.0.0.1", "::1")
DOCUMENTED_HOPS = frozenset({"127.0.0.1", "::1"})  # what the daemon's own proxy may add
RECEIVED = "X-Aws-Sqsd-Receive-Count"

STATUS = {
    Outcome.DONE: HTTPStatus.OK,
    Outcome.NOT_OURS: HTTPStatus.OK,
    Outcome.FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
    Outcome.PUT_BACK: HTTPStatus.SERVICE_UNAVAILABLE,
}


class WorkerHandler(PlainHandler):
    """Reads one message and has it done; what is wrong with it is said here and logged, never raised."""

    async def post(self) -> None:
        if not self._is_from_here():
            self.say(HTTPStatus.NOT_FOUND, "404")
            return
        try:
            errand = read_errand(self.request.headers, self.request.body)
        except Unclear as error:
            await self._refuse(error)
            return
        with log.bind(task_id=f"{errand.job}:{errand.done_key}"):
            await self._answer(errand)

    async def _answer(self, errand: Errand) -> None:
        if not is_known(errand.job):
            logger.warning("unknown job %r", errand.job)
            self.say(HTTPStatus.NOT_FOUND, "there is no such job here")
            return
        try:
            await self._have_done(errand)
        except Unavailable as error:
            logger.warning("the job %s cannot be looked up now: %s", errand.job, error)
            self.say(HTTPStatus.SERVICE_UNAVAILABLE, "not now")

    async def _have_done(self, errand: Errand) -> None:
        if errand.is_handed_over:
            await self.state.desk.hand_over(errand.job, errand.done_key)
            self.say(HTTPStatus.OK, "stored")
            return
        outcome = await self.state.desk.do(errand.job, errand.done_key)
        self.say(STATUS[outcome], outcome)

    async def _refuse(self, error: Unclear) -> None:
        """400: the message returns until the redrive policy takes it out, and its order, if it names one, says so."""
        headers, number = self.request.headers, error.order_number
        with log.bind(order_number=number):
            logger.warning("message %s is refused: %s", headers.get("X-Aws-Sqsd-Msgid"), error)
            if number and headers.get(RECEIVED, "1") == "1":
                await self._note_on_order(number, str(error))
        self.say(HTTPStatus.BAD_REQUEST, str(error))

    async def _note_on_order(self, number: str, reason: str) -> None:
        try:
            await note_refused(self.state.tools.database, "jobs", number, reason)
        except Exception:
            logger.exception("the refusal was not noted on order %s", number)

    def _is_from_here(self) -> bool:
        hops = {hop.strip() for hop in self.request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()}
        return self.request.remote_ip in LOOPBACK and hops <= DOCUMENTED_HOPS
