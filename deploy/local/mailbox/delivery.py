"""The SMTP side: a mail is kept first and acknowledged then."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.mailbox.shelf import Shelf

MAX_MAIL = 32 * 1024 * 1024
WRITERS = 4  # several mails wait for the disk at once
log = logging.getLogger("mailbox.smtp")


@dataclass
class Faults:
    """How many deliveries are still to fail, as a test asked."""

    refuse: int = 0
    eat_reply: int = 0

    def refuses(self) -> bool:
        """Whether this delivery is one that is refused."""
        self.refuse, hit = max(0, self.refuse - 1), self.refuse > 0
        return hit

    def eats_reply(self) -> bool:
        """Whether the reply to this delivery gets lost."""
        self.eat_reply, hit = max(0, self.eat_reply - 1), self.eat_reply > 0
        return hit

    def reset(self) -> None:
        """No more faults."""
        self.refuse, self.eat_reply = 0, 0


@dataclass(frozen=True)
class Counter:
    """Takes mails in; aiosmtpd calls the methods by their names."""

    shelf: Shelf
    faults: Faults
    writers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(WRITERS, "writer"))

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail; the reply to it."""
        if self.faults.refuses():
            log.info("refused a mail, as asked")
            return "451 4.3.0 not now, as a test asked"
        raw = envelope.content
        assert isinstance(raw, bytes)
        try:
            kept = await asyncio.get_running_loop().run_in_executor(
                self.writers, self.shelf.keep, envelope.mail_from or "", envelope.rcpt_tos, raw
            )
        except OSError as error:
            log.error("cannot keep a mail: %s", error.strerror)
            return "452 4.3.1 cannot keep it now"
        log.info("kept %s: %d bytes for %d", kept, len(raw), len(envelope.rcpt_tos))
        if self.faults.eats_reply():
            log.info("dropped the connection, as asked")
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return f"250 2.0.0 kept as {kept}"


async def listen(counter: Counter, port: int) -> asyncio.Server:
    """Take mails on 127.0.0.1."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(
            counter, hostname="pillarbox.localhost", data_size_limit=MAX_MAIL, enable_SMTPUTF8=True, loop=loop
        ),
        *("127.0.0.1", port),
    )
