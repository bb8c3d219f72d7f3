"""Who may do what in the back office."""

import pytest

from shared.db import Database
from shared.domain.desk_rights import RIGHTS, rights_of
from shared.queries.staff import ROLES
from storefront.handlers.desk_commands import ACTS
from tests.factories import count
from tests.web.browser import Browser
from tests.web.desk import a_settled_order, acts_of, do, look, note_of, pieces, sign_in_as

MANAGERS_ONLY = {"cancel", "refund"}


def test_every_role_and_every_form_stands_in_the_table() -> None:
    assert set(RIGHTS) == set(ROLES)
    assert rights_of("manager") == {*ACTS, "bank"}
    assert rights_of("clerk") == {*ACTS, "bank"} - MANAGERS_ONLY
    assert rights_of("viewer") == frozenset()
    assert rights_of("nobody knows") == frozenset()


async def test_a_viewer_reads_an_order_and_sees_no_form(browser: Browser, database: Database) -> None:
    number = await a_settled_order(database)
    await sign_in_as(browser, database, "viewer")

    page = await browser.get(f"/back-office/orders/{number}")

    assert page.status == 200
    assert acts_of(page.text) == set()
    assert 'name="operation_id"' not in page.text
    assert "/back-office/bank" not in page.text


async def test_a_clerk_sees_no_way_to_give_money_back(browser: Browser, database: Database) -> None:
    number = await a_settled_order(database)
    await sign_in_as(browser, database, "clerk")
    await do(browser, number, "record", {"amount": "5"})

    page = await browser.get(f"/back-office/orders/{number}")

    assert acts_of(page.text) == {"pack", "record", "resend", "hold"}


@pytest.mark.parametrize(
    ("role", "act"), [*(("viewer", act) for act in ACTS), *(("clerk", act) for act in sorted(MANAGERS_ONLY))]
)
async def test_what_a_role_may_not_do_is_refused_and_changes_nothing(
    browser: Browser, database: Database, role: str, act: str
) -> None:
    number = await a_settled_order(database)
    await sign_in_as(browser, database, role)
    before = await look(database, number)

    answer = await do(browser, number, act, pieces(coats=1) | {"amount": "1", "reason": "why"})

    assert (answer.status, note_of(answer.text)) == (403, f"As {role} you may not do this. Ask a manager.")
    assert await look(database, number) == before
    assert await count(database, "commands") == 0


@pytest.mark.parametrize("act", sorted(MANAGERS_ONLY))
async def test_a_clerk_is_not_even_asked(browser: Browser, database: Database, act: str) -> None:
    number = await a_settled_order(database)
    await sign_in_as(browser, database, "clerk")

    assert (await browser.get(f"/back-office/orders/{number}/{act}")).status == 403


async def test_whoever_is_not_signed_in_does_nothing(browser: Browser, database: Database) -> None:
    number = await a_settled_order(database)

    answers = [await do(browser, number, act, pieces(coats=1)) for act in ACTS]
    bank = [await browser.submit(f"/back-office/bank{path}", {}) for path in ("", "/record")]

    assert {answer.status for answer in (*answers, *bank)} == {303}
    assert answers[0].headers["Location"] == f"/back-office/sign-in?next=/back-office/orders/{number}/pack"
    assert await count(database, "commands") == 0


@pytest.mark.parametrize("path", ["", "/record"])
async def test_a_viewer_has_no_part_in_the_bank(browser: Browser, database: Database, path: str) -> None:
    await sign_in_as(browser, database, "viewer")

    answer = await browser.submit(f"/back-office/bank{path}", {"transfers": ""})

    assert answer.status == 403
    assert "As viewer you may not do this." in answer.text
    assert 'type="file"' not in answer.text
