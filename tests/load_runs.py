"""Load runs in tests: signed tokens, and browsers that send them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.load_runs import sign_token
from shared.settings import Settings
from storefront.load_runs import RUN_HEADER
from tests.web.browser import Answer, Browser

RUN = "nightly-42"
LONG_S = 600  # how long a token holds, longer than any test


def a_token(settings: Settings, run: str = RUN, holds_s: int = LONG_S) -> str:
    return sign_token(run, int(time.time()) + holds_s, settings.load_run_secret)


@dataclass
class RunBrowser(Browser):
    """A load run's shopper: everything that is asked bears the token, if there is one."""

    token: str | None = None

    async def ask(
        self, method: str, path: str, body: bytes | str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        mark = {} if self.token is None else {RUN_HEADER: self.token}
        return await super().ask(method, path, body, {**mark, **(headers or {})})


async def opened(browser: Browser, settings: Settings, run: str = RUN, **stock: int) -> RunBrowser:
    """Open a run, with so many pieces of everything (default) or of single SKUs; returns a shopper of it."""
    shopper = RunBrowser(browser.base, token=a_token(settings, run))
    body = {"run": run, "stock": {sku.replace("_", "-"): pieces for sku, pieces in stock.items()}}
    answer = await shopper.api("POST", "/test-runs", body)
    assert answer.status == 201, answer.text
    return shopper
