"""The SQS emulator's clock takes the place of moto's."""

import pytest
from moto.sqs import models

from deploy.local.emulator import CLOCK, now_ms


def test_the_emulators_clock_says_what_motos_says() -> None:
    before = now_ms()
    theirs = getattr(models, CLOCK)()
    after = now_ms()

    assert int(before) <= theirs + 1
    assert theirs <= after + 1


def test_a_message_of_moto_asks_the_clock_that_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, CLOCK, lambda: 1234.5)

    message = models.Message("id", "body")
    message.mark_sent()

    assert message.sent_timestamp == 1234
