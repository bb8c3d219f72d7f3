import asyncio
import json
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiosmtplib
import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from tests.waiting import PATIENCE_S, free_port, until_open

ROOT = Path(__file__).parents[2]
PDF = b"%PDF-1.7 not much of one"
KEPT = re.compile(r"2\.0\.0 kept as ([0-9a-f]{18})")


@dataclass
class Mailbox:
    folder: Path
    port: int
    smtp_port: int
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        options = ("--port", str(self.port), "--smtp-port", str(self.smtp_port), "--dir", str(self.folder / "mails"))
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "deploy.local.mailbox", *options), cwd=ROOT, stdout=log, stderr=log
            )
        await until_open(self.smtp_port)

    async def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()

    async def send(self, message: EmailMessage | bytes, *to: str) -> str:
        raw = message if isinstance(message, bytes) else message.as_bytes(policy=policy.SMTP)
        addresses = to or ("shopper@example.com",)
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=self.smtp_port, timeout=10) as smtp:
            _, reply = await smtp.sendmail("shop@example.com", addresses, raw)
        match = KEPT.fullmatch(reply)
        assert match, reply
        return match[1]

    async def ask(self, path: str, method: str = "GET", body: object = None) -> HTTPResponse:
        content = None if method in {"GET", "DELETE"} else json.dumps(body)
        return await AsyncHTTPClient().fetch(
            f"http://127.0.0.1:{self.port}{path}", method=method, body=content, raise_error=False
        )

    async def messages(self, **query: str) -> list[dict[str, Any]]:
        response = await self.ask(f"/api/messages?{urlencode(query)}")
        assert response.code == 200
        found = json.loads(response.body)
        assert isinstance(found, list)
        return found


def receipt(number: str = "K7QM-4X2D", subject: str = "Your order K7QM-4X2D – thank you") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "MyClothes <shop@example.com>"
    message["To"] = "Zoë Łukasz <shopper@example.com>"
    message["Subject"] = subject
    message["Message-ID"] = f"<receipt.{number}.1@example.com>"
    message.set_content("Thank you, Łukasz.\n")
    message.add_alternative("<html><head><title>Receipt</title></head><p>Thank you</p></html>", subtype="html")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="I000001 für Sie.pdf")
    return message


@pytest.fixture(scope="module")
async def the_mailbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mailbox]:
    box = Mailbox(tmp_path_factory.mktemp("mailbox"), free_port(), free_port())
    await box.start()
    yield box
    await box.end(signal.SIGKILL)


@pytest.fixture
async def mailbox(the_mailbox: Mailbox) -> Mailbox:
    """One process for many tests, empty for each."""
    assert (await the_mailbox.ask("/api/messages", "DELETE")).code == 204
    return the_mailbox


@pytest.fixture
async def own_mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    """A process that a test may end."""
    box = Mailbox(tmp_path, free_port(), free_port())
    await box.start()
    yield box
    await box.end(signal.SIGKILL)


async def test_a_mail_is_shown_with_its_bodies_headers_and_attachments(mailbox: Mailbox) -> None:
    kept = await mailbox.send(receipt(), "shopper@example.com", "Copy@example.com")

    [message] = await mailbox.messages()

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", message.pop("date"))
    headers = message.pop("headers")
    assert headers["Message-ID"] == "<receipt.K7QM-4X2D.1@example.com>"
    assert headers["To"] == "Zoë Łukasz <shopper@example.com>"
    assert message == {
        "id": kept,
        "to": ["shopper@example.com", "Copy@example.com"],
        "from": "shop@example.com",
        "subject": "Your order K7QM-4X2D – thank you",
        "text": "Thank you, Łukasz.\n",
        "html": "<html><head><title>Receipt</title></head><p>Thank you</p></html>\n",
        "attachments": [
            {
                "filename": "I000001 für Sie.pdf",
                "content_type": "application/pdf",
                "size": len(PDF),
                "url": f"/messages/{kept}/attachments/0",
            }
        ],
    }


async def test_mails_are_found_by_address_and_by_message_id(mailbox: Mailbox) -> None:
    first = await mailbox.send(receipt("AAAA-0001"))
    second = await mailbox.send(receipt("AAAA-0002"), "other@example.com", "Shopper@Example.com")
    third = await mailbox.send(receipt("AAAA-0001"), "other@example.com")

    by_address = await mailbox.messages(to="SHOPPER@example.com")
    by_id = await mailbox.messages(message_id="<receipt.AAAA-0001.1@example.com>")
    by_both = await mailbox.messages(message_id="<receipt.AAAA-0001.1@example.com>", to="other@example.com")

    assert [one["id"] for one in by_address] == [second, first]
    assert [one["id"] for one in by_id] == [third, first]
    assert [one["id"] for one in by_both] == [third]
    assert await mailbox.messages(to="nobody@example.com") == []
    assert await mailbox.messages(message_id="<receipt>") == []


async def test_long_lists_come_in_pages(mailbox: Mailbox) -> None:
    sent = [await mailbox.send(receipt(f"AAAA-000{n}")) for n in range(5)]

    first = await mailbox.messages(limit="2")
    rest = await mailbox.messages(limit="10", before=first[-1]["id"])

    assert [one["id"] for one in first] == [sent[4], sent[3]]
    assert [one["id"] for one in rest] == [sent[2], sent[1], sent[0]]
    assert [one["id"] for one in await mailbox.messages(limit="junk")] == sent[::-1]


async def test_every_acknowledged_mail_is_there_after_a_kill(own_mailbox: Mailbox) -> None:
    acknowledged: list[str] = []
    twenty = asyncio.Event()

    async def send_for_ever() -> None:
        while True:
            acknowledged.append(await own_mailbox.send(receipt()))
            if len(acknowledged) >= 20:
                twenty.set()

    senders = [asyncio.create_task(send_for_ever()) for _ in range(4)]
    await twenty.wait()
    await own_mailbox.end(signal.SIGKILL)
    await asyncio.gather(*senders, return_exceptions=True)
    await own_mailbox.start()

    kept = {one["id"] for one in await own_mailbox.messages(limit="1000")}
    assert set(acknowledged) <= kept
    assert len(kept) <= len(acknowledged) + 4
    assert await own_mailbox.send(receipt()) > max(kept)


async def test_refused_deliveries_are_not_kept(mailbox: Mailbox) -> None:
    await mailbox.ask("/api/faults", "POST", {"refuse": 1})

    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await mailbox.send(receipt())

    assert refused.value.code == 451
    assert await mailbox.messages() == []
    kept = await mailbox.send(receipt())
    assert [one["id"] for one in await mailbox.messages()] == [kept]


async def test_a_mail_whose_reply_is_lost_is_kept(mailbox: Mailbox) -> None:
    await mailbox.ask("/api/faults", "POST", {"eat_reply": 1})

    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await mailbox.send(receipt())

    assert [one["headers"]["Message-ID"] for one in await mailbox.messages()] == ["<receipt.K7QM-4X2D.1@example.com>"]
    await mailbox.send(receipt())


@pytest.mark.parametrize("body", [{"refuse": -1}, {"refuse": True}, {"refuse": "1"}, {"other": 1}, [], None])
async def test_faults_that_make_no_sense_are_refused(mailbox: Mailbox, body: object) -> None:
    assert (await mailbox.ask("/api/faults", "POST", body)).code == 422

    assert json.loads((await mailbox.ask("/api/faults")).body) == {"refuse": 0, "eat_reply": 0}


async def test_attachments_open_and_download(mailbox: Mailbox) -> None:
    kept = await mailbox.send(receipt())

    opened = await mailbox.ask(f"/messages/{kept}/attachments/0")
    saved = await mailbox.ask(f"/messages/{kept}/attachments/0?download=1")

    assert opened.body == saved.body == PDF
    assert opened.headers["Content-Type"] == "application/pdf"
    assert opened.headers["Content-Disposition"] == "inline; filename*=UTF-8''I000001%20f%C3%BCr%20Sie.pdf"
    assert saved.headers["Content-Disposition"] == "attachment; filename*=UTF-8''I000001%20f%C3%BCr%20Sie.pdf"


async def test_an_attached_page_never_runs_in_the_mailbox(mailbox: Mailbox) -> None:
    message = receipt()
    message.add_attachment("<script>alert(1)</script>", subtype="html", filename="../x.html")

    kept = await mailbox.send(message)
    page = await mailbox.ask(f"/messages/{kept}/attachments/1")

    assert page.headers["Content-Type"] == "application/octet-stream"
    assert page.headers["Content-Disposition"] == "attachment; filename*=UTF-8''.._x.html"


async def test_the_html_part_is_shown_without_scripts_and_foreign_requests(mailbox: Mailbox) -> None:
    kept = await mailbox.send(receipt(subject="<b>&amp; more"))

    page = (await mailbox.ask(f"/messages/{kept}")).body.decode()
    part = await mailbox.ask(f"/messages/{kept}/html")

    assert "<h1>&lt;b&gt;&amp;amp; more</h1>" in page
    assert f'<iframe src="/messages/{kept}/html" sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert part.body.startswith(b'<html><head><base target="_blank"><title>')
    assert part.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self';"
        " sandbox allow-popups allow-popups-to-escape-sandbox"
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no headers at all",
        b"Subject: =?x-none?b?////?=\r\nTo: <<>>,;:\r\n\r\nhello",
        b"Content-Type: text/plain; charset=x-none\r\n\r\n\xff\xfe",
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
        b"Message-ID: <<a b>\r\nDate: never\r\nFrom: \xff\r\n\r\nhello",
        b"Content-Type: message/rfc822\r\n\r\nSubject: within\r\n\r\nhello",
    ],
)
async def test_broken_mails_are_kept_and_shown(mailbox: Mailbox, raw: bytes) -> None:
    kept = await mailbox.send(raw)

    assert [one["id"] for one in await mailbox.messages()] == [kept]
    for path in ("/", f"/messages/{kept}", f"/messages/{kept}/html", f"/messages/{kept}/raw"):
        assert (await mailbox.ask(path)).code == 200, path


async def test_emptying_the_box_is_for_good(own_mailbox: Mailbox) -> None:
    kept = await own_mailbox.send(receipt())

    assert (await own_mailbox.ask("/api/messages", "DELETE")).code == 204

    assert await own_mailbox.messages() == []
    assert b"No mail yet" in (await own_mailbox.ask("/")).body
    await own_mailbox.end(signal.SIGKILL)
    await own_mailbox.start()
    assert await own_mailbox.messages() == []
    for path in (f"/messages/{kept}", f"/messages/{kept}/raw", f"/messages/{kept}/attachments/0", "/nothing"):
        assert (await own_mailbox.ask(path)).code == 404, path


async def test_the_mailbox_stops_at_once_and_logs_no_addresses(own_mailbox: Mailbox) -> None:
    kept = await own_mailbox.send(receipt())
    await own_mailbox.messages(to="shopper@example.com")
    _, open_connection = await asyncio.open_connection("127.0.0.1", own_mailbox.smtp_port)

    async with asyncio.timeout(PATIENCE_S):
        status = await own_mailbox.end(signal.SIGTERM)

    assert status == 0
    open_connection.close()
    log = (own_mailbox.folder / "log").read_text()
    assert f"kept {kept}" in log
    assert "example.com" not in log
    assert "Traceback" not in log
