"""The API keeps what its OpenAPI document says, whatever is sent: Schemathesis asks, the real shop answers."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest_asyncio
import schemathesis
from schemathesis.checks import load_all_checks

from shared.db import Database
from shared.seed.planting import plant
from shared.seed.source import read_catalogue
from storefront.routes import API
from tests.environments import bare_environment
from tests.web.baskets import wish
from tests.web.browser import Browser

SKU = "MJ08-FOR-M"  # the document's example
TOOL = Path(sys.executable).with_name("schemathesis")
# What is well-formed may be refused here: a revision that has passed, an Operation-Id used before, a SKU of nobody.
LEFT_OUT = "positive_data_acceptance"
OPTIONS = (
    "--phases=examples,coverage,fuzzing", "--seed=1", "--max-examples=5", "--generation-database=none",
    "--request-timeout=10", "--continue-on-failure", f"--exclude-checks={LEFT_OUT}", "--no-color",
)  # fmt: skip


@pytest_asyncio.fixture
async def buyer(browser: Browser, database: Database) -> Browser:
    """A browser with a cart, in a shop with its catalogue."""
    await plant(database, read_catalogue(), stock=50)
    await browser.api("POST", "/cart/items", {"sku": SKU, "quantity": 1})
    return browser


def _cookie(buyer: Browser) -> str:
    return f"cart={buyer.cookies['cart']}"


async def test_whatever_is_sent_is_answered_as_described(buyer: Browser, tmp_path: Path) -> None:
    """In a process of its own, as it asks without giving way; the folder keeps what it writes."""
    words = [f"{buyer.base}/api/v1/openapi.json", *OPTIONS, "--header", f"Cookie: {_cookie(buyer)}"]
    process = await asyncio.create_subprocess_exec(
        *(str(TOOL), "run", *words),
        env=bare_environment(),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )

    told = (await process.communicate())[0].decode()

    calls = sum(len(route.calls) for route in API) - 1  # it does not ask for the document itself again
    assert process.returncode == 0, told
    assert f"Tested: {calls}\n" in told


async def test_an_order_is_placed_and_read_as_described(buyer: Browser) -> None:
    """Guessing never finds a cart's revision or an order's number, so these two calls are given theirs."""
    load_all_checks()
    described = schemathesis.openapi.from_dict((await buyer.get("/api/v1/openapi.json")).json)
    cart = (await buyer.api("GET", "/cart")).json

    def call(path: str, method: str, **sent: Any) -> Any:
        case = described[path][method].Case(**sent)
        answer = case.call(base_url=buyer.base, headers={"Cookie": _cookie(buyer)})
        case.validate_response(answer)
        return answer

    headers, body = {"Idempotency-Key": "key-1"}, wish(cart)
    placed = await asyncio.to_thread(call, "/api/v1/orders", "POST", headers=headers, body=body)
    number = {"number": placed.json()["number"]}
    read = await asyncio.to_thread(call, "/api/v1/orders/{number}", "GET", path_parameters=number)

    assert (placed.status_code, read.status_code) == (201, 200)
    assert read.json()["lines"][0]["sku"] == SKU
