"""One order with all that the shop's own ledgers say of it."""

from dataclasses import dataclass

OPEN = frozenset({"queued", "running", "waiting", "retrying"})
MONEY_STEPS = frozenset({"payment", "capture", "void", "refund"})


@dataclass(frozen=True, slots=True)
class Step:
    """fault: "", or why its time is up: overdue, never_begun, unsent."""

    name: str
    ref: int
    state: str
    has_outbox: bool
    fault: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A document or mail of the ledger."""

    kind: str
    revision: int
    state: str
    number: str
    is_mail: bool
    has_file: bool


@dataclass(frozen=True, slots=True)
class Payment:
    attempt: int
    method: str
    authorized_cents: int
    captured_cents: int
    refunded_cents: int
    voided: bool
    failed: bool


@dataclass(frozen=True, slots=True)
class Credit:
    id: int
    credit_cents: int
    payout_cents: int
    paid_out_cents: int
    done: bool


@dataclass(frozen=True, slots=True)
class Back:
    """A return's pieces."""

    canceled: bool
    requested: int
    received: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """Words are the order's own columns, flags canceled, expired, completed, held, attention; sums are over its lines,
    empty when it has none; parcels: id -> what it is charged when it leaves, in cents; odd_pieces: sentences."""

    id: int
    number: str
    words: dict[str, str]
    flags: frozenset[str]
    sums: dict[str, int]
    steps: dict[tuple[str, int], Step]
    papers: dict[tuple[str, int], Paper]
    payments: list[Payment]
    credits: list[Credit]
    parcels: dict[int, int]
    returns: list[Back]
    odd_pieces: list[str]

    def cents(self, name: str) -> int:
        return int(self.words[f"{name}_cents"])

    @property
    def is_closed(self) -> bool:
        return bool(self.flags & {"canceled", "expired"})

    @property
    def is_settled(self) -> bool:
        return self.is_done("payment")

    @property
    def is_money_moving(self) -> bool:
        return any(step.name in MONEY_STEPS and step.state in OPEN for step in self.steps.values())

    @property
    def is_invoiced(self) -> bool:
        """Invoice and receipt are needed: it was processed, so it was not canceled or expired before that."""
        has_begun = ("invoice", 0) in self.steps or ("invoice", 1) in self.papers
        return self.is_settled and (has_begun or not self.is_closed)

    def is_done(self, step: str, ref: int = 0) -> bool:
        found = self.steps.get((step, ref))
        return found is not None and found.state == "done"
