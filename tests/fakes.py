"""Stand-ins with a memory, for tests of what the shop says to others."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from shared.gateway import Charge, Outcome, PaymentUnsure
from shared.messages import Message
from workers.mail import MailFault, Written


@dataclass
class ListPublisher:
    """Keeps what was announced; `is_away` makes it take nothing."""

    sent: list[Message] = field(default_factory=list)
    is_away: bool = False

    def announce_soon(self, messages: Sequence[Message]) -> None:
        self.sent += [] if self.is_away else messages

    async def announce(self, messages: Sequence[Message]) -> list[Message]:
        self.announce_soon(messages)
        return [] if self.is_away else list(messages)

    async def close(self) -> None:
        return None


@dataclass
class MemoryMailer:
    """Takes every mail, unless a fault is due: then the fault is raised after (lost answer) or instead of taking it."""

    taken: list[EmailMessage] = field(default_factory=list)
    faults: list[MailFault] = field(default_factory=list)
    take_before_fault: bool = False

    async def send(self, mail: Written, sender: str, recipient: str) -> str:
        message = message_from_bytes(mail.content, policy=default)
        if self.faults:
            if self.take_before_fault:
                self.taken.append(message)
            raise self.faults.pop(0)
        self.taken.append(message)
        return "250 kept"

    async def find(self, message_id: str) -> bool:
        return any(message["Message-ID"] == message_id for message in self.taken)


@dataclass
class MemoryCards:
    """A card provider that charges once for each key; `unsure` loses the next answers after charging."""

    answers: dict[str, str] = field(default_factory=dict)
    operations: dict[str, Outcome] = field(default_factory=dict)
    authorizations: dict[str, Outcome] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    unsure: int = 0

    async def authorize(self, charge: Charge, token: str) -> Outcome:
        status = {"tok_decline": "declined"}.get(token, "authorized")
        return self._answer(charge.key, self.outcome_of(charge, status))

    async def open_session(self, charge: Charge, return_url: str) -> str:
        self.calls.append(charge.key)
        return f"http://provider.example/pay/{charge.key}"

    async def capture(self, key: str, provider_ref: str, amount_cents: int) -> Outcome:
        now = self._now(provider_ref)
        return self._change(key, replace(now, captured_cents=now.captured_cents + amount_cents))

    async def void(self, key: str, provider_ref: str) -> Outcome:
        return self._change(key, replace(self._now(provider_ref), status="declined"))

    async def refund(self, key: str, provider_ref: str, amount_cents: int) -> Outcome:
        now = self._now(provider_ref)
        return self._change(key, replace(now, refunded_cents=now.refunded_cents + amount_cents))

    async def look_up(self, key: str) -> Outcome | None:
        self.calls.append(f"look up {key}")
        found = self.operations.get(key)
        return self.authorizations.get(found.provider_ref or "", found) if found else None

    def _now(self, provider_ref: str) -> Outcome:
        found = [each for each in self.operations.values() if each.provider_ref == provider_ref]
        return self.authorizations.setdefault(provider_ref, found[0])

    def _change(self, key: str, changed: Outcome) -> Outcome:
        if key not in self.operations and changed.provider_ref:
            self.authorizations[changed.provider_ref] = changed
        return self._answer(key, changed)

    def outcome_of(self, charge: Charge, status: str) -> Outcome:
        return Outcome(
            status=status,
            provider_ref=f"auth_{charge.order_number}",
            order_number=charge.order_number,
            amount_cents=charge.amount_cents,
            currency=charge.currency,
            reason="card_declined" if status == "declined" else None,
        )

    def _answer(self, key: str, outcome: Outcome) -> Outcome:
        self.calls.append(key)
        kept = self.operations.setdefault(key, outcome)
        if self.unsure:
            self.unsure -= 1
            raise PaymentUnsure("no answer")
        return kept
