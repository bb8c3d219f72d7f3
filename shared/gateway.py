"""How an order is paid: one protocol, and who implements it for each payment method.

Every call carries its idempotency key `NUMBER:attempt:verb` and a time-out. An unanswered call is a question, not a
failure: the caller looks the key up before it asks again.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse

from shared.circuit import Circuit

CONNECT_S = 2


class PaymentUnsure(Exception):
    """No answer, or none that can be used: it may have happened. Look the key up."""


class PaymentRefused(Exception):
    """The provider will never do this; asking again is useless."""


@dataclass(frozen=True)
class Charge:
    """What is to be paid. amount in cents; key is NUMBER:attempt:verb."""

    key: str
    order_number: str
    amount_cents: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a call.

    status: on_account (nothing to collect now), authorized, declined, or pending (the buyer has not finished).
    Amounts are totals in cents; url is the page where the buyer goes on, if there is one.
    """

    status: str
    provider_ref: str | None = None
    order_number: str | None = None
    amount_cents: int = 0
    captured_cents: int = 0
    refunded_cents: int = 0
    currency: str | None = None
    reason: str | None = None
    url: str | None = None


class PaymentGateway(Protocol):
    async def authorize(self, charge: Charge, token: str) -> Outcome: ...

    async def open_session(self, charge: Charge, return_url: str) -> str:
        """Make the provider's hosted page for this charge and return its URL; the same key gives the same page."""
        ...

    async def capture(self, key: str, provider_ref: str, amount_cents: int) -> Outcome: ...

    async def void(self, key: str, provider_ref: str) -> Outcome: ...

    async def refund(self, key: str, provider_ref: str, amount_cents: int) -> Outcome: ...

    async def look_up(self, key: str) -> Outcome | None:
        """What became of a key; None if the provider never saw it, so that nothing happened."""
        ...


class InvoiceGateway:
    """Pay by invoice: nothing is collected now, so every answer is known without asking anybody."""

    async def authorize(self, charge: Charge, token: str) -> Outcome:
        return Outcome(status="on_account", order_number=charge.order_number, currency=charge.currency)

    async def open_session(self, charge: Charge, return_url: str) -> str:
        return return_url

    async def capture(self, key: str, provider_ref: str, amount_cents: int) -> Outcome:
        return Outcome(status="on_account")

    async def void(self, key: str, provider_ref: str) -> Outcome:
        return Outcome(status="on_account")

    async def refund(self, key: str, provider_ref: str, amount_cents: int) -> Outcome:
        return Outcome(status="on_account")

    async def look_up(self, key: str) -> Outcome | None:
        return Outcome(status="on_account")


class CardGateway:
    """The card provider's HTTP interface. Card numbers never come near us: only tokens and its own pages."""

    def __init__(self, base_url: str, timeout_s: int) -> None:
        self._base_url, self._timeout_s = base_url, timeout_s
        self.circuit = Circuit("payment", self._ask, (OSError, HTTPClientError))

    async def authorize(self, charge: Charge, token: str) -> Outcome:
        return _outcome(await self._post("/authorizations", charge.key, _charge(charge) | {"token": token}))

    async def open_session(self, charge: Charge, return_url: str) -> str:
        answer = await self._post("/sessions", charge.key, _charge(charge) | {"return_url": return_url})
        return self._own_page(str(answer["url"]))

    def _own_page(self, url: str) -> str:
        """A page of the provider's own host: buyers are sent nowhere else."""
        if urlsplit(url)[:2] != urlsplit(self._base_url)[:2]:
            raise PaymentUnsure("the payment provider names a page of another host")
        return url

    async def capture(self, key: str, provider_ref: str, amount_cents: int) -> Outcome:
        return _outcome(
            await self._post(f"/authorizations/{provider_ref}/capture", key, {"amount_cents": amount_cents})
        )

    async def void(self, key: str, provider_ref: str) -> Outcome:
        return _outcome(await self._post(f"/authorizations/{provider_ref}/void", key, {}))

    async def refund(self, key: str, provider_ref: str, amount_cents: int) -> Outcome:
        return _outcome(await self._post(f"/authorizations/{provider_ref}/refund", key, {"amount_cents": amount_cents}))

    async def look_up(self, key: str) -> Outcome | None:
        answer = await self._call("GET", "/operations?" + urlencode({"key": key}), None, {})
        if answer.code == 404:
            return None
        found = _read(answer)
        authorization = found.get("authorization")
        return _outcome(authorization) if authorization else Outcome(status="pending")

    async def _post(self, path: str, key: str, body: Mapping[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return _read(await self._call("POST", path, json.dumps(body), headers))

    async def _call(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> HTTPResponse:
        try:
            async with self.circuit.call():
                return await self._fetch(method, path, body, headers)
        except (OSError, HTTPClientError) as error:
            raise PaymentUnsure(f"no answer from the payment provider: {type(error).__name__}") from error

    async def _fetch(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> HTTPResponse:
        """Whoever is let go leaves the request to its own time-out, after which nobody is told."""
        asked = AsyncHTTPClient().fetch(
            self._base_url + path,
            method=method,
            body=body,
            headers=dict(headers),
            connect_timeout=CONNECT_S,
            request_timeout=self._timeout_s,
            follow_redirects=False,
            raise_error=False,
        )
        return await asyncio.shield(asked)

    async def _ask(self) -> None:
        """Any answer at all will do: what the provider thinks of an empty call does not matter here."""
        await self._fetch("GET", "/operations?key=none", None, {})


def _charge(charge: Charge) -> dict[str, Any]:
    return {"amount_cents": charge.amount_cents, "currency": charge.currency, "order_number": charge.order_number}


def _read(answer: HTTPResponse) -> dict[str, Any]:
    """The JSON of an answer; a decline (402) is an answer, too."""
    if answer.code in (200, 201, 402):
        try:
            found = json.loads(answer.body)
        except ValueError as error:
            raise PaymentUnsure("the payment provider's answer is no JSON") from error
        if isinstance(found, dict):
            return found
    if 400 <= answer.code < 500 and answer.code not in (408, 425, 429):
        raise PaymentRefused(f"the payment provider refuses this: {answer.code}")
    raise PaymentUnsure(f"the payment provider answers {answer.code}")


def _outcome(found: Mapping[str, Any]) -> Outcome:
    statuses = {"authorized": "authorized", "declined": "declined", "voided": "declined"}
    return Outcome(
        status=statuses.get(found["status"], "pending"),
        provider_ref=found["id"],
        order_number=found["order_number"],
        amount_cents=found["amount_cents"],
        captured_cents=found["captured_cents"],
        refunded_cents=found["refunded_cents"],
        currency=found["currency"],
        reason=found["decline_reason"],
        url=found.get("action_url"),
    )
