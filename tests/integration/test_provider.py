import asyncio
import hashlib
import hmac
import json
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.web import Application, RequestHandler

from tests.waiting import PATIENCE_S, free_port, until, until_open

ROOT = Path(__file__).parents[2]
SECRET = "shared-between-two"
ORDER = {"amount_cents": 8900, "currency": "EUR", "order_number": "K7QM-4X2D"}
RETURN_URL = "http://localhost:8000/orders/K7QM-4X2D?key=abc"
GOOD, DECLINED, THREE_D = "4242 4242 4242 4242", "4000-0000-0000-0002", "4000000000003220"
PROBLEM = "application/problem+json"
LATE_S = 3  # until tok_timeout is answered: time enough to look meanwhile


@dataclass
class Merchant:
    """Hears callbacks; answers 503 while it is closed."""

    port: int = 0
    is_open: bool = True
    hangs_up: bool = False
    tries: int = 0
    heard: list[HTTPServerRequest] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, request: HTTPServerRequest) -> int:
        self.tries += 1
        if self.is_open:
            self.heard.append(request)
        self.news.set()
        return 204 if self.is_open else 503

    def forget(self) -> None:
        self.is_open, self.hangs_up, self.tries = True, False, 0
        self.heard.clear()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(request.body) for request in self.heard]

    async def until(self, heard: int = 0, tries: int = 0) -> list[dict[str, Any]]:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.heard) < heard or self.tries < tries:
                self.news.clear()
                await self.news.wait()
        return self.events()


class CallbackHandler(RequestHandler):
    def initialize(self, merchant: Merchant) -> None:
        self.merchant = merchant

    def post(self) -> None:
        self.set_status(self.merchant.take(self.request))
        if self.merchant.hangs_up:
            self.detach().close()


@dataclass
class Provider:
    folder: Path
    port: int
    merchant_port: int
    process: asyncio.subprocess.Process | None = None

    async def start(self, *options: str) -> None:
        callback_url = f"http://127.0.0.1:{self.merchant_port}/payments/callback"
        fixed = ("--port", str(self.port), "--dir", str(self.folder / "ledger"), "--secret", SECRET)
        command = ("-m", "deploy.local.provider", *fixed, "--callback-url", callback_url, *options)
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *command, cwd=ROOT, stdout=log, stderr=log
            )
        await until_open(self.port)

    async def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()

    async def fetch(self, path: str, method: str = "GET", **options: Any) -> HTTPResponse:
        url = f"http://127.0.0.1:{self.port}{path}"
        return await AsyncHTTPClient().fetch(url, method=method, raise_error=False, follow_redirects=False, **options)

    async def get(self, path: str, **query: str) -> Any:
        response = await self.fetch(f"{path}?{urlencode(query)}")
        assert response.code == 200, response.body
        return json.loads(response.body)

    async def post(self, path: str, key: str, body: object) -> HTTPResponse:
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        return await self.fetch(path, "POST", headers=headers, body=json.dumps(body))

    async def authorize(self, card: str = "tok_success", key: str = "K7QM-4X2D:1:authorize") -> dict[str, Any]:
        response = await self.post("/authorizations", key, ORDER | {"token": card})
        assert response.code in {201, 402}, response.body
        authorization = json.loads(response.body)
        assert isinstance(authorization, dict)
        return authorization

    async def change(
        self, authorization: dict[str, Any], verb: str, key: str, body: object
    ) -> tuple[int, dict[str, Any]]:
        response = await self.post(f"/authorizations/{authorization['id']}/{verb}", key, body)
        return response.code, json.loads(response.body)

    async def open_session(self, key: str = "K7QM-4X2D:1:session") -> str:
        response = await self.post("/sessions", key, ORDER | {"return_url": RETURN_URL})
        assert response.code == 201, response.body
        session = json.loads(response.body)
        assert session["url"] == f"http://127.0.0.1:{self.port}/pay/{session['id']}"
        return f"/pay/{session['id']}"

    async def submit(self, path: str, **fields: str) -> HTTPResponse:
        return await self.fetch(path, "POST", body=urlencode(fields))

    async def pay(self, page: str, number: str, attempt: int = 0) -> HTTPResponse:
        return await self.submit(page, card_number=number, expiry="12 / 39", cvc="123", attempt=str(attempt))


async def is_known(provider: Provider, key: str) -> bool:
    return (await provider.fetch(f"/operations?key={key}")).code != 404


@asynccontextmanager
async def running_merchant() -> AsyncIterator[Merchant]:
    merchant = Merchant(free_port())
    server = HTTPServer(Application([("/payments/callback", CallbackHandler, {"merchant": merchant})]))
    server.listen(merchant.port, "127.0.0.1")
    yield merchant
    server.stop()
    await server.close_all_connections()


@asynccontextmanager
async def running_provider(folder: Path, merchant: Merchant) -> AsyncIterator[Provider]:
    company = Provider(folder, free_port(), merchant.port)
    await company.start("--timeout-s", str(LATE_S))
    yield company
    await company.end(signal.SIGKILL)


@pytest.fixture(scope="module")
async def the_merchant() -> AsyncIterator[Merchant]:
    async with running_merchant() as running:
        yield running


@pytest.fixture(scope="module")
async def the_provider(tmp_path_factory: pytest.TempPathFactory, the_merchant: Merchant) -> AsyncIterator[Provider]:
    async with running_provider(tmp_path_factory.mktemp("provider"), the_merchant) as running:
        yield running


@pytest.fixture
async def provider(the_provider: Provider, the_merchant: Merchant) -> Provider:
    """One process for many tests, with an empty ledger for each."""
    assert (await the_provider.fetch("/ledger", "DELETE")).code == 204
    the_merchant.forget()
    return the_provider


@pytest.fixture
def merchant(provider: Provider, the_merchant: Merchant) -> Merchant:
    return the_merchant


@pytest.fixture
async def own_merchant() -> AsyncIterator[Merchant]:
    async with running_merchant() as running:
        yield running


@pytest.fixture
async def own_provider(tmp_path: Path, own_merchant: Merchant) -> AsyncIterator[Provider]:
    """A process that a test may end."""
    async with running_provider(tmp_path, own_merchant) as running:
        yield running


def location(response: HTTPResponse) -> tuple[int, str | None]:
    return response.code, response.headers.get("Location")


def errors(response: HTTPResponse) -> set[str]:
    assert response.headers["Content-Type"] == PROBLEM
    return {error["field"] for error in json.loads(response.body)["errors"]}


async def test_an_authorization_is_answered_charged_and_told(provider: Provider, merchant: Merchant) -> None:
    authorization = await provider.authorize()

    assert re.fullmatch("auth_[0-9a-f]{24}", authorization["id"])
    assert authorization == ORDER | {
        "id": authorization["id"],
        "key": "K7QM-4X2D:1:authorize",
        "session": None,
        "status": "authorized",
        "captured_cents": 0,
        "refunded_cents": 0,
        "decline_reason": None,
        "action_url": None,
        "created": authorization["created"],
    }
    names = ("id", "key", "captured_cents", "refunded_cents", "status")
    assert await provider.get("/charges") == [ORDER | {name: authorization[name] for name in names}]
    [event] = await merchant.until(heard=1)
    assert event == {
        "id": event["id"],
        "type": "authorization.succeeded",
        "created": event["created"],
        "data": ORDER
        | {
            "key": "K7QM-4X2D:1:authorize",
            "session": None,
            "authorization": authorization["id"],
            "status": "authorized",
            "session_status": None,
        },
    }


async def test_callbacks_are_signed(provider: Provider, merchant: Merchant) -> None:
    await provider.authorize()

    await merchant.until(heard=1)

    [request] = merchant.heard
    match = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", request.headers["Payment-Signature"])
    assert match
    digest = hmac.new(SECRET.encode(), match[1].encode() + b"." + request.body, hashlib.sha256).hexdigest()
    assert match[2] == digest
    assert abs(time.time() - int(match[1])) < PATIENCE_S
    assert request.headers["Content-Type"] == "application/json"


async def test_a_declined_card_is_402_with_the_same_object(provider: Provider, merchant: Merchant) -> None:
    response = await provider.post("/authorizations", "a", ORDER | {"token": "tok_decline"})

    answer = json.loads(response.body)
    assert (response.code, answer["status"], answer["decline_reason"]) == (402, "declined", "card_declined")
    assert [row["status"] for row in await provider.get("/charges")] == ["declined"]
    assert (await provider.get("/operations", key="a"))["status"] == "declined"
    assert [event["type"] for event in await merchant.until(heard=1)] == ["authorization.declined"]


async def test_the_same_key_gives_the_same_answer_and_charges_once(provider: Provider) -> None:
    body = ORDER | {"token": "tok_success"}

    answers = await asyncio.gather(*(provider.post("/authorizations", "a", body) for _ in range(20)))

    assert {(answer.code, answer.body) for answer in answers} == {(201, answers[0].body)}
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers].count("true") == 19
    assert len(await provider.get("/charges")) == 1


async def test_a_key_is_not_taken_for_another_call(provider: Provider) -> None:
    authorization = await provider.authorize(key="a")

    other_body = await provider.post("/authorizations", "a", ORDER | {"token": "tok_decline"})
    other_call = await provider.post(f"/authorizations/{authorization['id']}/capture", "a", {})

    assert [json.loads(answer.body)["type"] for answer in (other_body, other_call)] == ["/problems/key-reused"] * 2
    assert other_body.code == other_call.code == 422
    assert [(row["status"], row["captured_cents"]) for row in await provider.get("/charges")] == [("authorized", 0)]


async def test_a_charge_whose_answer_is_late_is_found_by_its_key(provider: Provider) -> None:
    late = asyncio.create_task(provider.authorize("tok_timeout", key="late"))

    await until(lambda: is_known(provider, "late"))
    found = await provider.get("/operations", key="late")

    assert not late.done()
    assert {name: found[name] for name in ("key", "operation", "status")} == {
        "key": "late",
        "operation": "authorize",
        "status": "done",
    }
    assert found["authorization"] == await late
    assert (await provider.fetch("/operations?key=never")).code == 404


async def test_money_is_captured_in_parts_and_refunded_in_parts(provider: Provider, merchant: Merchant) -> None:
    authorization = await provider.authorize()

    steps = [
        await provider.change(authorization, "capture", "c1", {"amount_cents": 900}),
        await provider.change(authorization, "capture", "c2", {}),
        await provider.change(authorization, "refund", "r1", {"amount_cents": 400}),
        await provider.change(authorization, "refund", "r2", {"amount_cents": 8500}),
    ]

    seen = [(code, answer["status"], answer["captured_cents"], answer["refunded_cents"]) for code, answer in steps]
    assert seen == [
        (200, "authorized", 900, 0),
        (200, "authorized", 8900, 0),
        (200, "authorized", 8900, 400),
        (200, "authorized", 8900, 8900),
    ]
    events = {event["data"]["key"]: event for event in await merchant.until(heard=5)}
    assert {(key, event["type"], event["data"]["amount_cents"]) for key, event in events.items()} == {
        ("K7QM-4X2D:1:authorize", "authorization.succeeded", 8900),
        ("c1", "capture.succeeded", 900),
        ("c2", "capture.succeeded", 8000),
        ("r1", "refund.succeeded", 400),
        ("r2", "refund.succeeded", 8500),
    }
    assert (await provider.get("/operations", key="r1"))["authorization"]["refunded_cents"] == 8900


@pytest.mark.parametrize(
    ("before", "verb", "body", "detail"),
    [
        ([], "capture", {"amount_cents": 8901}, "Only 8900 cents are left to capture."),
        (["capture"], "capture", {}, "Only 0 cents are left to capture."),
        (["void"], "capture", {}, "The authorization is voided; only an authorized one is captured."),
        (["capture"], "void", {}, "Money was captured; it can only be refunded."),
        (["void"], "void", {}, "The authorization is voided already."),
        ([], "refund", {"amount_cents": 1}, "Only 0 captured cents are left to refund."),
        (["capture"], "refund", {"amount_cents": 8901}, "Only 8900 captured cents are left to refund."),
    ],
)
async def test_what_is_not_possible_is_refused_and_uses_no_key_up(
    provider: Provider, before: list[str], verb: str, body: dict[str, int], detail: str
) -> None:
    authorization = await provider.authorize()
    for earlier in before:
        assert (await provider.change(authorization, earlier, f"before:{earlier}", {}))[0] == 200
    rows = await provider.get("/charges")

    code, problem = await provider.change(authorization, verb, "k", body)

    assert (code, problem["type"], problem["detail"]) == (409, "/problems/not-possible", detail)
    assert await provider.get("/charges") == rows
    assert (await provider.fetch("/operations?key=k")).code == 404


@pytest.mark.parametrize("status", ["tok_decline", "tok_3ds"])
async def test_what_is_not_authorized_is_not_captured(provider: Provider, status: str) -> None:
    authorization = await provider.authorize(status)

    assert (await provider.change(authorization, "capture", "k", {}))[0] == 409


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"amount_cents": 0}, {"amount_cents"}),
        ({"amount_cents": -1}, {"amount_cents"}),
        ({"amount_cents": 1.5}, {"amount_cents"}),
        ({"amount_cents": "8900"}, {"amount_cents"}),
        ({"amount_cents": True}, {"amount_cents"}),
        ({"amount_cents": 10**20}, {"amount_cents"}),
        ({"amount_cents": [1]}, {"amount_cents"}),
        ({"currency": "eur", "order_number": "K7QM\n"}, {"currency", "order_number"}),
        ({"currency": "EUR\n", "order_number": ""}, {"currency", "order_number"}),
        ({"order_number": None, "more": 1}, {"order_number", "more"}),
        ({"token": "tok_other"}, {"token"}),
        ({"return_url": "javascript:alert(1)"}, {"return_url"}),
        ({"return_url": "http://a;b/"}, {"return_url"}),
        ({"return_url": "http://a/\r\nSet-Cookie: x"}, {"return_url"}),
    ],
)
async def test_bad_fields_are_named(provider: Provider, change: dict[str, object], fields: set[str]) -> None:
    response = await provider.post("/authorizations", "k", ORDER | {"token": "tok_success"} | change)

    assert response.code == 422
    assert errors(response) == fields
    assert await provider.get("/charges") == []


async def test_what_cannot_be_read_is_refused(provider: Provider) -> None:
    json_type = {"Content-Type": "application/json", "Idempotency-Key": "k"}

    async def code(path: str, method: str = "POST", **options: Any) -> tuple[int, str]:
        response = await provider.fetch(path, method, **options)
        assert response.headers["Content-Type"] == PROBLEM
        return response.code, json.loads(response.body)["type"].removeprefix("/problems/")

    assert await code("/authorizations", headers=json_type, body=b"{") == (400, "unreadable")
    assert await code("/authorizations", headers=json_type, body=b"\xff") == (400, "unreadable")
    assert await code("/authorizations", headers=json_type, body=b"[" * 60_000) == (400, "unreadable")
    assert await code("/authorizations", headers=json_type, body=b"[]") == (422, "validation")
    assert await code("/authorizations", headers={"Idempotency-Key": "k"}, body=b"{}") == (
        415,
        "unsupported-media-type",
    )
    assert await code("/authorizations", headers={"Content-Type": "application/json"}, body=b"{}") == (
        400,
        "key-missing",
    )
    assert await code("/authorizations", headers=json_type | {"Idempotency-Key": "k" * 129}, body=b"{}") == (
        400,
        "key-missing",
    )
    assert await code("/authorizations/auth_00/void", headers=json_type, body=b"") == (404, "not-found")
    assert await code("/nothing", "GET") == (404, "not-found")
    assert await code("/charges", headers=json_type, body=b"{}") == (405, "method-not-allowed")


async def test_the_buyer_pays_on_the_hosted_page(provider: Provider, merchant: Merchant) -> None:
    page = await provider.open_session()

    form = await provider.fetch(page)
    before = await provider.get("/operations", key="K7QM-4X2D:1:session")
    paid = await provider.pay(page, GOOD)

    assert form.code == 200
    assert b"Pay \xe2\x82\xac89.00" in form.body
    assert before == {
        "key": "K7QM-4X2D:1:session",
        "operation": "session",
        "status": "pending",
        "authorization": None,
    }
    assert location(paid) == (303, RETURN_URL)
    [charge] = await provider.get("/charges", order_number="K7QM-4X2D")
    assert (charge["key"], charge["status"], charge["amount_cents"]) == ("K7QM-4X2D:1:session", "authorized", 8900)
    after = await provider.get("/operations", key="K7QM-4X2D:1:session")
    assert (after["status"], after["authorization"]["id"]) == ("done", charge["id"])
    [event] = await merchant.until(heard=1)
    data = event["data"]
    assert (event["type"], data["session"], data["session_status"]) == ("authorization.succeeded", page[5:], "done")
    assert b"This is paid" in (await provider.fetch(page)).body


async def test_the_hosted_page_lets_forms_lead_to_that_shop_only(provider: Provider) -> None:
    page = await provider.fetch(await provider.open_session())

    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http://localhost:8000;"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    assert page.headers["Cache-Control"] == "no-store"


async def test_a_double_click_pays_once(provider: Provider) -> None:
    page = await provider.open_session()

    clicks = await asyncio.gather(*(provider.pay(page, GOOD) for _ in range(10)))

    assert {location(click) for click in clicks} == {(303, RETURN_URL)}
    assert len(await provider.get("/charges")) == 1


async def test_a_double_click_on_a_declined_card_is_one_try(provider: Provider, merchant: Merchant) -> None:
    page = await provider.open_session()

    clicks = await asyncio.gather(*(provider.pay(page, DECLINED) for _ in range(10)))

    assert {location(click) for click in clicks} == {(303, page)}
    assert [row["status"] for row in await provider.get("/charges")] == ["declined"]
    await merchant.until(heard=1)
    assert location(await provider.pay(page, GOOD, attempt=1)) == (303, RETURN_URL)
    events = await merchant.until(heard=2)
    assert [event["data"]["session_status"] for event in events] == ["pending", "done"]


async def test_three_declined_cards_close_the_payment(provider: Provider, merchant: Merchant) -> None:
    page = await provider.open_session()

    for attempt in range(3):
        assert location(await provider.pay(page, DECLINED, attempt)) == (303, page)
        await merchant.until(heard=attempt + 1)

    assert b"This payment is closed" in (await provider.fetch(page)).body
    assert location(await provider.pay(page, GOOD, 3)) == (303, page)
    assert [row["status"] for row in await provider.get("/charges")] == ["declined"] * 3
    assert (await provider.get("/operations", key="K7QM-4X2D:1:session"))["status"] == "declined"
    assert [event["data"]["session_status"] for event in merchant.events()] == ["pending", "pending", "declined"]


async def test_going_back_after_a_declined_card_ends_the_payment(provider: Provider, merchant: Merchant) -> None:
    page = await provider.open_session()
    await provider.pay(page, DECLINED)

    left = await provider.submit(f"{page}/back")

    assert location(left) == (303, RETURN_URL)
    found = await provider.get("/operations", key="K7QM-4X2D:1:session")
    assert (found["status"], found["authorization"]["decline_reason"]) == ("declined", "card_declined")
    events = await merchant.until(heard=2)
    assert {event["type"] for event in events} == {"authorization.declined", "session.declined"}


async def test_going_back_without_a_try_keeps_the_payment_open(provider: Provider) -> None:
    page = await provider.open_session()

    assert location(await provider.submit(f"{page}/back")) == (303, RETURN_URL)

    assert (await provider.get("/operations", key="K7QM-4X2D:1:session"))["status"] == "pending"
    assert await provider.open_session() == page
    assert location(await provider.pay(page, GOOD)) == (303, RETURN_URL)


async def test_a_3d_secure_card_pays_when_confirmed(provider: Provider, merchant: Merchant) -> None:
    page = await provider.open_session()

    asked = await provider.pay(page, THREE_D)
    question = asked.headers["Location"]
    pending = await provider.get("/operations", key="K7QM-4X2D:1:session")
    confirmed = await asyncio.gather(*(provider.submit(question, answer="confirm") for _ in range(5)))

    assert (
        location(await provider.fetch(page)) == (303, RETURN_URL)
        or b"This is paid" in (await provider.fetch(page)).body
    )
    assert re.fullmatch("/confirm/auth_[0-9a-f]{24}", question)
    assert (pending["status"], pending["authorization"]) == ("pending", None)
    assert {location(one) for one in confirmed} == {(303, RETURN_URL)}
    assert (await provider.get("/operations", key="K7QM-4X2D:1:session"))["status"] == "done"
    assert [event["type"] for event in await merchant.until(heard=1)] == ["authorization.succeeded"]


async def test_a_3d_secure_card_that_is_refused_is_a_declined_one(provider: Provider) -> None:
    page = await provider.open_session()
    question = (await provider.pay(page, THREE_D)).headers["Location"]

    refused = await provider.submit(question, answer="refuse")

    assert location(refused) == (303, page)
    assert b"You refused the payment" in (await provider.fetch(page)).body
    [charge] = await provider.get("/charges")
    assert (await provider.get(f"/authorizations/{charge['id']}"))["decline_reason"] == "authentication_refused"


async def test_tok_3ds_waits_for_the_buyer(provider: Provider, merchant: Merchant) -> None:
    authorization = await provider.authorize("tok_3ds", key="a")
    question = authorization["action_url"].removeprefix(f"http://127.0.0.1:{provider.port}")

    before = (await provider.get("/operations", key="a"))["status"]
    page = await provider.submit(question, answer="confirm")

    assert (authorization["status"], before) == ("requires_action", "pending")
    assert (page.code, b"<h1>Confirmed</h1>" in page.body) == (200, True)
    found = await provider.get("/operations", key="a")
    assert (found["status"], found["authorization"]["action_url"]) == ("done", None)
    assert [event["type"] for event in await merchant.until(heard=1)] == ["authorization.succeeded"]


async def test_errors_on_the_page_stand_beside_their_fields(provider: Provider) -> None:
    page = await provider.open_session()

    response = await provider.submit(page, card_number="4111 1111 1111 <b>", expiry="12/20", cvc="12", attempt="0")

    text = response.body.decode()
    assert response.code == 422
    assert "<title>Error: Pay €89.00 to MyClothes" in text
    assert re.findall('<span class="fault" id="([^"]+)">([^<]+)', text) == [
        ("card_number-fault", "A card number has 16 digits, as in 4242 4242 4242 4242."),
        ("expiry-fault", "This card has expired."),
        ("cvc-fault", "Type the three digits on the back, as in 123."),
    ]
    assert 'value="4111 1111 1111 &lt;b&gt;"' in text
    assert await provider.get("/charges") == []


async def test_odd_forms_never_break_the_page(provider: Provider) -> None:
    page = await provider.open_session()

    codes = [
        (await provider.fetch(page, "POST", body=b"card_number=%ff&expiry=%00&cvc=%F0%9F%98%80")).code,
        (await provider.fetch(page, "POST", body=b"")).code,
        (await provider.submit(page, card_number="٤٢٤٢" * 4, expiry="١٢/٣٩", cvc="١٢٣")).code,
        (await provider.submit("/pay/sess_none", card_number=GOOD)).code,
        (await provider.fetch("/pay/")).code,
        (await provider.fetch("/confirm/auth_none")).code,
        (await provider.submit(f"{page}/back/back")).code,
    ]

    assert codes == [422, 422, 422, 404, 404, 404, 404]


async def test_everything_survives_a_kill(own_provider: Provider, own_merchant: Merchant) -> None:
    authorization = await own_provider.authorize(key="a")
    page = await own_provider.open_session()
    await own_provider.pay(page, DECLINED)
    await own_merchant.until(heard=2)
    charges = await own_provider.get("/charges")

    await own_provider.end(signal.SIGKILL)
    await own_provider.start()

    assert await own_provider.get("/charges") == charges
    replay = await own_provider.post("/authorizations", "a", ORDER | {"token": "tok_success"})
    assert (json.loads(replay.body), replay.headers["Idempotency-Replayed"]) == (authorization, "true")
    assert location(await own_provider.pay(page, GOOD, 1)) == (303, RETURN_URL)


async def test_a_callback_is_tried_until_it_is_heard_also_after_a_kill(
    own_provider: Provider, own_merchant: Merchant
) -> None:
    own_merchant.is_open = False
    await own_provider.authorize()
    await own_merchant.until(tries=2)

    await own_provider.end(signal.SIGKILL)
    own_merchant.is_open = True
    await own_provider.start()

    [event] = await own_merchant.until(heard=1)
    assert event["type"] == "authorization.succeeded"


async def test_a_merchant_that_hangs_up_is_called_again(provider: Provider, merchant: Merchant) -> None:
    merchant.is_open, merchant.hangs_up = False, True
    await provider.authorize()
    await merchant.until(tries=2)

    merchant.is_open, merchant.hangs_up = True, False

    assert [event["type"] for event in await merchant.until(heard=1)] == ["authorization.succeeded"]


async def test_a_callback_that_nobody_hears_is_given_up(own_provider: Provider, own_merchant: Merchant) -> None:
    await own_provider.end(signal.SIGTERM)
    await own_provider.start("--callback-window-s", "0.2")
    own_merchant.is_open = False

    await own_provider.authorize()

    async def is_given_up() -> bool:
        return "given up after" in (own_provider.folder / "log").read_text()

    await until(is_given_up)
    tries = own_merchant.tries
    own_merchant.is_open = True
    await own_provider.authorize(key="next")
    events = await own_merchant.until(heard=1)
    assert [event["data"]["key"] for event in events] == ["next"]
    assert own_merchant.tries == tries + 1


async def test_muted_callbacks_are_lost(provider: Provider, merchant: Merchant) -> None:
    await provider.post("/faults", "", {"mute_callbacks": True})
    await provider.authorize(key="silent")
    await provider.post("/faults", "", {"mute_callbacks": False})

    await provider.authorize(key="loud")

    assert [event["data"]["key"] for event in await merchant.until(heard=1)] == ["loud"]


async def test_a_provider_that_is_down_does_nothing(provider: Provider) -> None:
    await provider.post("/faults", "", {"down": 1})

    response = await provider.post("/authorizations", "a", ORDER | {"token": "tok_success"})

    assert (response.code, response.headers["Retry-After"], errors(response)) == (503, "1", set())
    assert await provider.get("/charges") == []
    assert (await provider.authorize(key="a"))["status"] == "authorized"


async def test_a_call_whose_answer_is_lost_was_carried_out(provider: Provider) -> None:
    await provider.post("/faults", "", {"eat_reply": 1})

    with pytest.raises(HTTPClientError):
        await provider.post("/authorizations", "a", ORDER | {"token": "tok_success"})
    again = await provider.post("/authorizations", "a", ORDER | {"token": "tok_success"})

    assert (again.code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert len(await provider.get("/charges")) == 1


async def test_faults_are_shown_and_checked(provider: Provider) -> None:
    refused = await provider.post("/faults", "", {"down": -1, "other": 1})

    assert (refused.code, errors(refused)) == (422, {"down", "other"})
    shown = await provider.post("/faults", "", {"down": 2})
    assert json.loads(shown.body) == {"down": 2, "eat_reply": 0, "mute_callbacks": False}


async def test_emptying_the_ledger_forgets_everything(provider: Provider, merchant: Merchant) -> None:
    merchant.is_open = False
    await provider.authorize(key="a")
    page = await provider.open_session()
    await merchant.until(tries=1)
    await provider.post("/faults", "", {"down": 5})

    assert (await provider.fetch("/ledger", "DELETE")).code == 204

    merchant.is_open = True
    assert await provider.get("/charges") == []
    assert (await provider.fetch("/operations?key=a")).code == 404
    assert (await provider.fetch(page)).code == 404
    await provider.authorize(key="b")
    assert [event["data"]["key"] for event in await merchant.until(heard=1)] == ["b"]


async def test_no_card_number_is_kept_or_logged(own_provider: Provider) -> None:
    page = await own_provider.open_session()
    await own_provider.pay(page, "4111 1111 1111 1111")
    await own_provider.pay(page, DECLINED)
    await own_provider.pay(page, GOOD, 1)
    await own_provider.end(signal.SIGTERM)

    kept = b"".join(path.read_bytes() for path in own_provider.folder.rglob("*") if path.is_file())
    log = (own_provider.folder / "log").read_text()

    assert b"4242" in kept
    for number in (b"4242424242424242", GOOD.encode(), DECLINED.encode(), b"4000000000000002", b"4111"):
        assert number not in kept
    assert page[5:] not in log
    assert "Traceback" not in log


async def test_the_provider_stops_at_once(own_provider: Provider) -> None:
    slow = asyncio.create_task(own_provider.authorize("tok_slow", key="slow"))
    await until(lambda: is_known(own_provider, "slow"))

    status = await own_provider.end(signal.SIGTERM)

    assert status == 0
    with pytest.raises(HTTPClientError):
        await slow
    await own_provider.start()
    assert (await own_provider.get("/operations", key="slow"))["status"] == "done"
