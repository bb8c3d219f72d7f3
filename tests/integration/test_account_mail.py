"""Mails about an account: written down with their link, and sent once whatever happens on the way."""

import dataclasses
import re
from email.message import EmailMessage

import pytest

from shared.db import Database
from shared.domain.mailed_links import sha256_hex
from shared.media import Media
from shared.passwords import Passwords
from shared.queries.account_mails import JOB
from shared.services.account_email import ask_for_email, change_email
from shared.services.account_links import AccountTools
from shared.services.accounts import forget_password, prove, register
from shared.settings import Settings
from tests.fakes import ListPublisher, MemoryMailer
from tests.mails import part
from workers.job_desk import JobDesk
from workers.jobs import Outcome
from workers.mail import MailRefused, MailUnavailable, MailUnsure
from workers.tools import Tools

EMAIL, PASSWORD = "jana@example.com", "correct horse"


@pytest.fixture
def mailer() -> MemoryMailer:
    return MemoryMailer()


@pytest.fixture
def tools(settings: Settings, database: Database, mailer: MemoryMailer) -> Tools:
    return Tools(
        settings=dataclasses.replace(settings, step_lease_s=2),
        database=database,
        gateways={},
        mailer=mailer,
        media=Media(settings.media_root),
        publisher=ListPublisher(),
    )


@pytest.fixture
def accounts(settings: Settings, database: Database) -> AccountTools:
    return AccountTools(database=database, passwords=Passwords(), signing_secrets=settings.cookie_secrets)


def secret_in(mailer: MemoryMailer) -> str:
    return secret_in_mail(mailer.taken[-1])


def secret_in_mail(mail: EmailMessage) -> str:
    match = re.search(r"token=([A-Za-z0-9_-]{43})\s", part(mail, "plain"))
    assert match
    return match[1]


async def test_a_registration_is_written_to_with_a_link_that_works(
    tools: Tools, accounts: AccountTools, mailer: MemoryMailer
) -> None:
    done_key = await register(accounts, EMAIL, PASSWORD)

    outcome = await JobDesk(tools).do(JOB, done_key)

    assert outcome == Outcome.DONE
    (mail,) = mailer.taken
    assert (mail["To"], mail["Subject"]) == (EMAIL, "Confirm your e-mail address")
    assert mail["Message-ID"].startswith("<verify.user-")
    assert await prove(accounts, secret_in(mailer), PASSWORD)


async def test_a_mail_comes_once_however_often_its_job_is_asked_for(
    tools: Tools, accounts: AccountTools, mailer: MemoryMailer
) -> None:
    done_key = await register(accounts, EMAIL, PASSWORD)

    outcomes = [await JobDesk(tools).do(JOB, done_key) for _ in range(3)]

    assert outcomes == [Outcome.DONE, Outcome.NOT_OURS, Outcome.NOT_OURS]
    assert len(mailer.taken) == 1


async def test_the_sweep_sends_what_no_message_asked_for(
    tools: Tools, accounts: AccountTools, mailer: MemoryMailer
) -> None:
    await register(accounts, EMAIL, PASSWORD)
    desk = JobDesk(tools)

    begun = await desk.take_over()
    await desk.close(5)

    assert (begun, len(mailer.taken)) == (1, 1)


async def test_a_mail_whose_answer_was_lost_is_found_and_not_sent_again(
    tools: Tools, accounts: AccountTools, mailer: MemoryMailer
) -> None:
    done_key = await register(accounts, EMAIL, PASSWORD)
    mailer.faults, mailer.take_before_fault = [MailUnsure("no answer")], True

    outcomes = [await JobDesk(tools).do(JOB, done_key) for _ in range(2)]

    assert outcomes == [Outcome.FAILED, Outcome.DONE]
    assert len(mailer.taken) == 1


@pytest.mark.parametrize("fault", [MailUnavailable("closed"), MailRefused("no")])
async def test_a_mail_that_was_not_taken_is_sent_later(
    tools: Tools, accounts: AccountTools, mailer: MemoryMailer, fault: Exception
) -> None:
    done_key = await register(accounts, EMAIL, PASSWORD)
    mailer.faults = [fault]  # type: ignore[list-item]

    outcomes = [await JobDesk(tools).do(JOB, done_key) for _ in range(2)]

    assert outcomes == [Outcome.FAILED, Outcome.DONE]
    assert len(mailer.taken) == 1


async def test_nobody_is_written_to_at_an_address_without_an_account(
    tools: Tools, accounts: AccountTools, mailer: MemoryMailer
) -> None:
    done_key = await forget_password(accounts, "nobody@example.com")

    assert await JobDesk(tools).do(JOB, done_key) == Outcome.DONE
    assert mailer.taken == []


async def test_a_link_that_was_used_meanwhile_is_not_mailed(
    tools: Tools, accounts: AccountTools, mailer: MemoryMailer
) -> None:
    done_key = await register(accounts, EMAIL, PASSWORD)
    async with tools.database.writer() as connection:
        await connection.execute("UPDATE tokens SET used_at = UTC_TIMESTAMP(6)")

    assert await JobDesk(tools).do(JOB, done_key) == Outcome.DONE
    assert mailer.taken == []


async def test_whoever_has_an_account_is_told_so_without_any_link_that_opens_it(
    tools: Tools, accounts: AccountTools, mailer: MemoryMailer
) -> None:
    await JobDesk(tools).do(JOB, await register(accounts, EMAIL, PASSWORD))
    await prove(accounts, secret_in(mailer), PASSWORD)

    await JobDesk(tools).do(JOB, await register(accounts, EMAIL, "another password"))

    assert mailer.taken[-1]["Subject"] == "You have an account already"
    assert "token=" not in part(mailer.taken[-1], "plain")


async def test_the_secret_of_a_link_stands_in_no_table(
    tools: Tools, accounts: AccountTools, mailer: MemoryMailer
) -> None:
    await JobDesk(tools).do(JOB, await register(accounts, EMAIL, PASSWORD))
    secret = secret_in(mailer)

    async with tools.database.writer() as connection:
        rows = [*await connection.rows("SELECT * FROM tokens"), *await connection.rows("SELECT * FROM jobs")]
        rows += await connection.rows("SELECT * FROM documents")

    assert secret not in str(rows)
    assert sha256_hex(secret) in str(rows)


async def test_another_address_is_asked_for_at_itself_and_told_to_the_old_one(
    tools: Tools, accounts: AccountTools, mailer: MemoryMailer
) -> None:
    await JobDesk(tools).do(JOB, await register(accounts, EMAIL, PASSWORD))
    user_id = (await prove(accounts, secret_in(mailer), PASSWORD)).user_id

    for done_key in await ask_for_email(accounts, user_id, "new@example.com"):
        await JobDesk(tools).do(JOB, done_key)
    await change_email(accounts, secret_in_mail(mailer.taken[1]), PASSWORD)
    desk = JobDesk(tools)
    await desk.take_over()
    await desk.close(5)

    assert [(mail["To"], mail["Subject"]) for mail in mailer.taken[1:]] == [
        ("new@example.com", "Confirm your new e-mail address"),
        (EMAIL, "Your account is to have another e-mail address"),
        (EMAIL, "Your account has another e-mail address now"),
    ]
    assert ["token=" in part(mail, "plain") for mail in mailer.taken[1:]] == [True, False, False]
