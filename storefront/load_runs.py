"""Marked load runs, as each request meets them.

A shopper is a run's by the header, and stays so by the cart. A header that is not good now is refused (403), one on a
cart of another run or of none, too (409). Nothing is changed in a run that is not open (409); what is there of one that
has ended can still be read. A cart of a run that was purged is none: that was no shopper's.
"""

import time
from collections.abc import Callable

from shared.db import Database
from shared.domain.load_runs import KNOWN_FOR_S, RunToken, read_token
from shared.errors import BadRunToken, RunClosed, Unavailable
from shared.queries.load_runs import LoadRun, find_run, prolong_run

RUN_HEADER = "X-Test-Run"
MOST_KNOWN = 100


class LoadRuns:
    def __init__(self, database: Database, secret: str, clock: Callable[[], float] = time.time) -> None:
        """An empty secret: there are no runs, and the header says nothing."""
        self._database, self._secret, self._clock = database, secret, clock
        self._known: dict[str, tuple[float, LoadRun | None]] = {}

    @property
    def is_on(self) -> bool:
        return bool(self._secret)

    def read(self, header: str | None) -> RunToken | None:
        """Raises BadRunToken."""
        if header is None or not self.is_on:
            return None
        token = read_token(header, self._secret, self._clock())
        if token is None:
            raise BadRunToken("It is not signed with this shop's secret, or it is too old.")
        return token

    async def admit(self, token: RunToken | None, carried: str | None, *, is_change: bool) -> bool:
        """See whether somebody of a run may do this now; whether the cart that was carried is one.

        Args:
            carried: the run of the cart that the browser came with, if any.
        Raises:
            RunClosed
        """
        run = await self._find(token.run if token else carried or "")
        if run is None and token:
            raise RunClosed("It was not opened, or is gone.")
        if run is not None and is_change and not run.is_open:
            raise RunClosed("It has ended.")
        if run is not None and token and token.expires_s > run.expires_at.timestamp():
            async with self._database.writer() as connection:
                await prolong_run(connection, token.run, token.expires_s)
            self.forget(token.run)
        return run is not None

    def forget(self, run: str) -> None:
        """It has just been changed here."""
        self._known.pop(run, None)

    async def _find(self, run: str) -> LoadRun | None:
        at, found = self._known.get(run, (0.0, None))
        if self._clock() - at < KNOWN_FOR_S:
            return found
        try:
            async with self._database.writer() as connection:
                found = await find_run(connection, run)
        except Unavailable:  # real shoppers see their carts all the same, so a run's do
            if found is None:
                raise
            return found
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[run] = self._clock(), found
        return found
