"""The card provider's ledger in bulk: read page by page, and entered as it is."""

import json
from typing import Any

import pytest_asyncio
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from deploy.local.backing import BackingServices
from tests.ledgers import empty_ledgers


class Provider:
    def __init__(self, backing: BackingServices) -> None:
        self.url = f"http://127.0.0.1:{backing.ports.payment}"

    async def get(self, path: str) -> Any:
        return json.loads((await self._fetch(path)).body)

    async def status(self, path: str) -> int:
        return (await self._fetch(path)).code

    async def enter(self, *charges: dict[str, object]) -> HTTPResponse:
        headers = {"Content-Type": "application/json"}
        body = json.dumps({"charges": charges})
        return await self._fetch("/ledger", method="POST", body=body, headers=headers)

    async def _fetch(self, path: str, **options: Any) -> HTTPResponse:
        return await AsyncHTTPClient().fetch(self.url + path, raise_error=False, **options)


@pytest_asyncio.fixture
async def provider(backing: BackingServices) -> Provider:
    await empty_ledgers(backing)
    return Provider(backing)


def a_charge(n: int, **changes: object) -> dict[str, object]:
    row = {
        "id": f"auth_{n:024x}",
        "key": f"K7QM-000{n}:1:authorize",
        "order_number": f"K7QM-000{n}",
        "amount_cents": 8900,
        "captured_cents": 8900,
        "refunded_cents": 0,
        "currency": "EUR",
        "status": "authorized",
    }
    return row | changes


async def test_charges_are_read_page_by_page(provider: Provider) -> None:
    charges = [a_charge(n) for n in (3, 1, 2)]
    await provider.enter(*charges)

    first = await provider.get("/charges?limit=2")
    second = await provider.get(f"/charges?limit=2&after={first[-1]['id']}")
    third = await provider.get(f"/charges?limit=2&after={second[-1]['id']}")

    assert (first, second, third) == (charges[:2], charges[2:], [])
    assert await provider.get("/charges") == charges
    assert await provider.get("/charges?order_number=K7QM-0001") == [charges[1]]
    assert await provider.status("/charges?after=auth_0") == 404


async def test_what_was_entered_is_found_by_its_key_and_entered_once(provider: Provider) -> None:
    declined = a_charge(1, status="declined", captured_cents=0)

    answers = [await provider.enter(declined, a_charge(2)) for _ in range(2)]

    assert [(answer.code, json.loads(answer.body)) for answer in answers] == [
        (201, {"entered": 2}),
        (201, {"entered": 0}),
    ]
    found = await provider.get("/operations?key=K7QM-0001:1:authorize")
    assert (found["status"], found["authorization"]["decline_reason"]) == ("declined", "card_declined")
    assert (await provider.get("/operations?key=K7QM-0002:1:authorize"))["status"] == "done"


async def test_rows_that_make_no_sense_are_refused_and_nothing_is_entered(provider: Provider) -> None:
    answer = await provider.enter(a_charge(1), a_charge(2, status="lost"))

    assert answer.code == 422
    assert json.loads(answer.body)["errors"][0]["field"] == "charges.1.status"
    assert await provider.get("/charges") == []
