"""What a run left in the shop, read from outside: GET /api/v1/test-runs/RUN, page by page."""

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPException
from typing import Any

from loadtests.run_token import HEADER

ANSWER_S = 30
PAGE = 200
ENDED = frozenset({"done", "dead"})
REFUSALS = {
    403: "{host} does not know this token: LOAD_RUN_SECRET is another one there, or its time is over",
    404: "{host} takes no load runs: LOAD_RUN_SECRET is not set there",
    409: "the run {run} has been used before at {host}; each run needs a name of its own",
}


class CannotLook(Exception):
    """The shop takes no load runs, or nobody answers; one sentence."""


class Away(CannotLook):
    """Nobody answers just now; the same may be asked again."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What there is of a run.

    Attributes:
        orders: as the API tells them.
        stock: rows of sku, pool, sold, left.
        gaps: what the audit found: rows of kind, order, detail.
        audited: how many orders the audit looked at; None if there was none.
        mailbox: to whom the receipts in the mailbox went, by the order's number; None where nobody can look into it.
        charges: how many charges the card provider holds, by the order's number; None likewise.
    """

    orders: Sequence[Mapping[str, Any]]
    stock: Sequence[Mapping[str, Any]] = ()
    gaps: Sequence[Mapping[str, Any]] = ()
    audited: int | None = None
    mailbox: Mapping[str, Sequence[str]] | None = None
    charges: Mapping[str, int] | None = None

    @property
    def by_number(self) -> Mapping[str, Mapping[str, Any]]:
        return {order["number"]: order for order in self.orders}

    def open_orders(self, numbers: Sequence[str]) -> list[str]:
        """Which of these are not yet carried out: paid or billed, invoiced and mailed, with no step left to do."""
        there = self.by_number
        return [number for number in numbers if number in there and not _is_carried_out(there[number])]


def receipts(order: Mapping[str, Any]) -> list[str]:
    """The Message-IDs of the receipts that were sent."""
    sent = (mail["message_id"] for mail in order["mails"] if mail["state"] == "done")
    return [message_id for message_id in sent if message_id.startswith("<receipt.")]


def invoices(order: Mapping[str, Any]) -> list[str]:
    return [document["number"] for document in order["documents"] if document["kind"] == "invoice"]


def pieces(order: Mapping[str, Any]) -> dict[str, int]:
    """By SKU, whatever lines they stand in."""
    found = Counter[str]()
    for line in order["lines"]:
        found[line["sku"]] += line["quantity"]
    return dict(found)


def hashed(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def _is_carried_out(order: Mapping[str, Any]) -> bool:
    has_ended = all(step["state"] in ENDED for step in order["steps"])
    return has_ended and bool(invoices(order)) and bool(receipts(order))


@dataclass(frozen=True)
class Runs:
    """The API of load runs as the holder of a token sees it."""

    host: str
    run: str
    token: str = field(repr=False)

    def open(self, stock: Mapping[str, int]) -> None:
        """Begin the run; stock: pieces by SKU, and "default" for all others.

        Raises:
            CannotLook: the shop takes no runs, or has had one of this name.
        """
        self._call("POST", "/api/v1/test-runs", {"run": self.run, "stock": dict(stock)})

    def end(self) -> None:
        """Nothing more is bought in this run.

        Raises:
            CannotLook
        """
        self._call("POST", f"/api/v1/test-runs/{self.run}/end", {})

    def read(self, *, with_audit: bool = False) -> Record:
        """All that the run left.

        Raises:
            CannotLook
        """
        orders: list[Mapping[str, Any]] = []
        first = page = self._page("", with_audit=with_audit)
        orders += page["orders"]
        while page["next"] is not None:
            page = self._page(page["next"], with_audit=False)
            orders += page["orders"]
        stock = first["stock"] or ()
        if not with_audit:
            return Record(orders=orders, stock=stock)
        audit = first["audit"]
        return Record(orders=orders, stock=stock, gaps=audit["gaps"], audited=audit["checked"].get("orders", 0))

    def _page(self, cursor: str, *, with_audit: bool) -> Any:
        audit = "&audit=1" if with_audit else ""
        after = f"&cursor={cursor}" if cursor else ""
        return self._call("GET", f"/api/v1/test-runs/{self.run}?limit={PAGE}{after}{audit}")

    def _call(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 (the host was checked to be http)
            self.host + path,
            method=method,
            headers={HEADER: self.token, "Content-Type": "application/json"},
            data=None if body is None else json.dumps(body).encode(),
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            raise _refusal(error.code, self.host, self.run) from None
        except (OSError, HTTPException, ValueError) as error:
            raise Away(f"{self.host} does not answer: {getattr(error, 'reason', error)}") from None


def _refusal(status: int, host: str, run: str) -> CannotLook:
    told = f"{host} answered {status} about the run {run}"
    return Away(told) if status >= 500 else CannotLook(REFUSALS.get(status, told).format(host=host, run=run))
