import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port

from deploy.local.mailbox.__main__ import make_application
from deploy.local.mailbox.delivery import Counter, Faults, listen
from deploy.local.mailbox.pages import Office
from deploy.local.mailbox.shelf import Shelf
from shared.db import Database
from shared.settings import Settings, SettingsError
from tests.invoices import BERLIN, an_invoice
from workers import smtp
from workers.documents.invoice import render, to_snapshot
from workers.documents.receipt import ReceiptData, compose_receipt
from workers.mail import MailRefused, MailUnavailable, MailUnsure, ascii_address, open_mailer, write
from workers.smtp import SmtpMailer

SENDER, JANA = "orders@myclothes.example", "jana@example.com"
DATABASE = Database("mysql://nobody@127.0.0.1:1/none")  # never opened: SMTP asks none
MESSAGE_ID = "<receipt.K7QM-4X2D.1@myclothes.example>"


@dataclass
class Box:
    """The stand-in's mailbox, in this process."""

    mailer: SmtpMailer
    shelf: Shelf
    faults: Faults
    address: str


@pytest_asyncio.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    counter = Counter(Shelf(tmp_path), Faults())
    post = await listen(counter, 0)
    listener, port = bind_unused_port()
    pages = HTTPServer(make_application(Office(counter.shelf, counter.faults)))
    pages.add_socket(listener)
    address = f"http://127.0.0.1:{port}"
    yield Box(SmtpMailer("127.0.0.1", port_of(post), "", "", address), counter.shelf, counter.faults, address)
    post.close()
    pages.stop()
    await pages.close_all_connections()
    counter.writers.shutdown()


def port_of(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


def a_mail() -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Your order", SENDER, JANA
    message["Message-ID"] = MESSAGE_ID
    message.set_content("Thank you")
    return message


def a_receipt() -> EmailMessage:
    invoice = an_invoice()
    data = ReceiptData(
        order_number=invoice.order_number,
        order_url="http://localhost:8000/orders/K7QM-4X2D?key=abc",
        placed_on=invoice.placed_on,
        total_cents=invoice.total_cents,
        seller=invoice.seller,
        sender=f"MyClothes <{SENDER}>",
        recipient=JANA,
        due_on=invoice.due_on,
        paid_by_card=False,
        billing=BERLIN,
        shipping=BERLIN,
        lines=invoice.lines,
        shipping_cents=invoice.shipping_cents,
        shipping_method=invoice.shipping_method,
        vat=invoice.vat,
    )
    pdf = render(to_snapshot(invoice))
    return compose_receipt(data, MESSAGE_ID, datetime(2026, 11, 25, 11, 0, tzinfo=UTC), pdf, "I000001")


@asynccontextmanager
async def served(handler: object) -> AsyncIterator[SmtpMailer]:
    """A mail server that answers as the handler says."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="localhost", loop=loop), "127.0.0.1", 0)
    yield SmtpMailer("127.0.0.1", port_of(server), "", "", "")
    server.close()


def closed_port() -> int:
    listener, port = bind_unused_port()
    listener.close()
    return port


def configured(mail_url: str) -> Settings:
    return cast(Settings, SimpleNamespace(mail_url=mail_url))


async def messages(box: Box) -> list[dict[str, Any]]:
    answer = await AsyncHTTPClient().fetch(f"{box.address}/api/messages")
    found: list[dict[str, Any]] = json.loads(answer.body)
    return found


async def test_a_receipt_arrives_with_its_invoice_and_is_found_again(box: Box) -> None:
    assert not await box.mailer.find(MESSAGE_ID)

    reply = await box.mailer.send(write(a_receipt()), SENDER, JANA)

    assert reply.startswith("250 ")
    assert await box.mailer.find(MESSAGE_ID)
    assert not await box.mailer.find(MESSAGE_ID.replace(".1@", ".2@"))
    (arrived,) = await messages(box)
    assert arrived["to"] == [JANA]
    assert arrived["subject"] == "Your order K7QM-4X2D"
    assert "Please transfer €93.90 by 9 December 2026." in arrived["text"]
    assert "prefers-color-scheme:dark" in arrived["html"]
    assert [attachment["filename"] for attachment in arrived["attachments"]] == ["I000001.pdf"]
    assert arrived["attachments"][0]["size"] == len(render(to_snapshot(an_invoice())))


async def test_a_mail_that_is_not_wanted_now_may_be_sent_again(box: Box) -> None:
    box.faults.refuse = 1

    with pytest.raises(MailUnavailable, match="answered 451"):
        await box.mailer.send(write(a_mail()), SENDER, JANA)

    assert not await box.mailer.find(MESSAGE_ID)
    assert (await box.mailer.send(write(a_mail()), SENDER, JANA)).startswith("250 ")


async def test_when_the_answer_is_lost_we_are_unsure_and_the_mailbox_knows(box: Box) -> None:
    box.faults.eat_reply = 1

    with pytest.raises(MailUnsure, match="no answer to the text"):
        await box.mailer.send(write(a_mail()), SENDER, JANA)

    assert await box.mailer.find(MESSAGE_ID)


async def test_a_mailbox_that_is_away_cannot_be_asked(box: Box) -> None:
    away = replace(box.mailer, mailbox=f"http://127.0.0.1:{closed_port()}")

    with pytest.raises(MailUnavailable, match="could not be asked"):
        await away.find(MESSAGE_ID)


async def test_a_server_without_a_mailbox_leaves_us_unsure(box: Box) -> None:
    with pytest.raises(MailUnsure):
        await replace(box.mailer, mailbox="").find(MESSAGE_ID)


async def test_a_server_that_is_away_leaves_the_mail_for_later() -> None:
    with pytest.raises(MailUnavailable, match="not connected"):
        await SmtpMailer("127.0.0.1", closed_port(), "", "", "").send(write(a_mail()), SENDER, JANA)


async def test_a_recipient_whom_the_server_does_not_know_is_final() -> None:
    class Stranger:
        async def handle_RCPT(self, *_: object) -> str:  # noqa: N802
            return "550 5.1.1 nobody of that name"

    async with served(Stranger()) as mailer:
        with pytest.raises(MailRefused, match="answered 550"):
            await mailer.send(write(a_mail()), SENDER, JANA)


async def test_a_text_that_the_server_does_not_take_is_final() -> None:
    class Strict:
        async def handle_DATA(self, *_: object) -> str:  # noqa: N802
            return "554 5.7.1 not from you"

    async with served(Strict()) as mailer:
        with pytest.raises(MailRefused, match="answered 554"):
            await mailer.send(write(a_mail()), SENDER, JANA)


@pytest.mark.parametrize("recipient", ["jana@example.com\r\nDATA", "jäna@example.com"])
async def test_an_address_that_cannot_be_written_is_final(box: Box, recipient: str) -> None:
    with pytest.raises(MailRefused):
        await box.mailer.send(write(a_mail()), SENDER, recipient)

    assert await messages(box) == []


async def test_a_server_that_never_answers_the_text_leaves_us_unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "ANSWER_S", 0.2)
    released = asyncio.Event()

    class Silent:
        async def handle_DATA(self, *_: object) -> str:  # noqa: N802
            await released.wait()
            return "250 late"

    async with served(Silent()) as mailer:
        with pytest.raises(MailUnsure):
            await mailer.send(write(a_mail()), SENDER, JANA)
        released.set()


def test_the_mail_url_names_server_user_and_mailbox() -> None:
    url = "smtp://shop%40x:pa%3Ass@mail.example:587?mailbox=http://127.0.0.1:8025/"

    mailer = open_mailer(configured(url), DATABASE)

    assert mailer == SmtpMailer("mail.example", 587, "shop@x", "pa:ss", "http://127.0.0.1:8025")


@pytest.mark.parametrize("url", ["ses://eu-central-1", "ses://?configuration-set=shop", "smtp://", "http://mail"])
def test_a_mail_url_that_we_cannot_serve_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="MAIL_URL"):
        open_mailer(configured(url), DATABASE)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("jana@example.com", "jana@example.com"),
        ("Jana.Doe+shop@Example.com", "Jana.Doe+shop@Example.com"),
        ("jana@bücher.example", "jana@xn--bcher-kva.example"),
        ("jana@straße.example", "jana@xn--strae-oqa.example"),  # never strasse.example, which is another's
    ],
)
async def test_a_domain_with_any_letters_is_written_as_servers_take_it(box: Box, typed: str, written: str) -> None:
    assert ascii_address(typed) == written

    await box.mailer.send(write(a_mail()), SENDER, typed)

    assert [mail["to"] for mail in await messages(box)] == [[written]]


@pytest.mark.parametrize(
    "typed", ["jäna@example.com", "jana@.ü", "jana", "@a.de", "jana@a.de\r\nDATA", "j@a.de, k@a.de", "j j@a.de"]
)
def test_an_address_that_no_server_would_take_is_refused_without_being_named(typed: str) -> None:
    with pytest.raises(MailRefused) as refused:
        ascii_address(typed)

    assert typed not in str(refused.value)


async def test_what_a_server_says_of_an_address_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    class Talkative:
        async def handle_RCPT(self, *_: object) -> str:  # noqa: N802
            return f"550 5.1.1 <{JANA}> is unknown here"

    async with served(Talkative()) as mailer:
        try:
            await mailer.send(write(a_mail()), SENDER, JANA)
        except MailRefused:
            logging.getLogger("test").exception("refused")

    assert "MailRefused: answered 550" in caplog.text
    assert JANA not in caplog.text
