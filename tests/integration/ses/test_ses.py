"""The real protocol against the emulator, with answers that get lost."""

import logging
import socket
from dataclasses import replace

import pytest

from shared.db import Database
from shared.settings import Settings
from tests.integration.ses.conftest import SENDER
from tests.integration.ses.wire import Wire
from tests.integration.test_mail import JANA, a_mail, a_receipt
from workers import ses
from workers.mail import MailRefused, MailUnavailable, MailUnsure, open_mailer, write
from workers.mail_listener import MailEvents
from workers.ses import Account, SesMailer


async def test_ses_gets_the_exact_bytes_with_a_tag_to_ask_by(wire: Wire, mailer: SesMailer) -> None:
    receipt = a_receipt()

    reply = await mailer.send(write(receipt), SENDER, "jana@bücher.example")

    assert reply.startswith("SES took it as ")
    (request,) = wire.requests
    assert wire.raw == bytes(receipt)
    assert wire.tags == ["receipt_K7QM-4X2D_1"]
    assert request["ConfigurationSetName"] == "shop"
    assert request["FromEmailAddress"] == SENDER
    assert request["Destination"] == {"ToAddresses": ["jana@xn--bcher-kva.example"]}


@pytest.mark.parametrize(
    ("status", "code", "fault"),
    [
        (400, "MessageRejected", MailRefused),
        (400, "MailFromDomainNotVerifiedException", MailRefused),
        (400, "BadRequestException", MailRefused),
        (400, "SendingPausedException", MailUnavailable),
        (400, "LimitExceededException", MailUnavailable),
        (403, "ExpiredTokenException", MailUnavailable),
        (429, "TooManyRequestsException", MailUnavailable),
        (503, "ServiceUnavailable", MailUnavailable),
        (500, "InternalFailure", MailUnsure),
        (504, "GatewayTimeout", MailUnsure),
    ],
)
async def test_each_answer_of_ses_has_its_meaning_and_is_asked_for_once(
    wire: Wire, mailer: SesMailer, caplog: pytest.LogCaptureFixture, status: int, code: str, fault: type[Exception]
) -> None:
    wire.answer = (status, code)

    with pytest.raises(fault) as told:
        await mailer.send(write(a_mail()), SENDER, JANA)

    logging.getLogger("test").error("not sent", exc_info=told.value)
    assert str(told.value) == f"SES answered {status} {code}"
    assert JANA not in caplog.text
    assert len(wire.requests) == 1


async def test_a_sender_that_the_account_does_not_own_is_refused_by_ses(mailer: SesMailer) -> None:
    with pytest.raises(MailRefused, match="MessageRejected"):
        await mailer.send(write(a_mail()), "somebody@example.org", JANA)


async def test_an_answer_that_is_cut_off_leaves_us_unsure(wire: Wire, mailer: SesMailer) -> None:
    wire.lost = 1

    with pytest.raises(MailUnsure, match="ConnectionClosedError"):
        await mailer.send(write(a_mail()), SENDER, JANA)

    assert (wire.taken, len(wire.requests)) == (1, 1)


async def test_an_answer_that_never_comes_leaves_us_unsure(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, events: MailEvents
) -> None:
    monkeypatch.setattr(ses, "ANSWER_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        hung = SesMailer(Account(settings.aws_region, "shop", endpoint), events)

        with pytest.raises(MailUnsure, match="ReadTimeoutError"):
            await hung.send(write(a_mail()), SENDER, JANA)


async def test_ses_that_is_not_reached_leaves_the_mail_for_later(settings: Settings, events: MailEvents) -> None:
    away = SesMailer(Account(settings.aws_region, "shop", "http://127.0.0.1:9"), events)

    with pytest.raises(MailUnavailable, match="EndpointConnectionError"):
        await away.send(write(a_mail()), SENDER, JANA)


def test_the_mail_url_names_region_configuration_set_and_an_emulator(settings: Settings, database: Database) -> None:
    url = "ses://eu-central-1?configuration-set=shop&endpoint=http://127.0.0.1:5000/"

    mailer = open_mailer(replace(settings, mail_url=url), database)

    assert isinstance(mailer, SesMailer)
    assert mailer.account == Account("eu-central-1", "shop", "http://127.0.0.1:5000")
