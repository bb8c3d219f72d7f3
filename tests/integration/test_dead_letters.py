"""What was given up is listed, shown, sent on its way again, or dropped; and nothing is lost by looking at it."""

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.db import Database
from shared.errors import Conflict, NotFound
from shared.messages import ORDERS, PROCESS_ORDER, Message, envelope
from shared.settings import Settings
from tests.broken_messages import BROKEN, base64_of, header
from tests.offices import bodies_in, bury, look, ordered, own_office, send, step_row
from workers.operators import dead_letters
from workers.operators.letters import all_letters, whole
from workers.operators.office import Office, WrongUse
from workers.operators.screens import table
from workers.operators.verdicts import drop, redrive


@pytest_asyncio.fixture
async def office(settings: Settings, database: Database) -> AsyncIterator[Office]:
    async with own_office(settings, database) as office:
        yield office


async def message_of(office: Office, number: str) -> str:
    """The body of the message that announces the order's first step."""
    row = await step_row(office, number)
    return envelope(Message(ORDERS, PROCESS_ORDER, row["id"], {"request_id": "r-1", "order_number": number}))


async def only_letter(office: Office) -> str:
    (letter,) = await all_letters(office)
    return letter.id


async def events(office: Office, number: str) -> list[tuple[str, str | None, str | None]]:
    return [(event.what, event.who, event.why) for event in (await look(office, number)).events]


async def test_where_nothing_was_given_up_the_list_is_empty(office: Office) -> None:
    assert await all_letters(office) == []


async def test_a_dead_step_is_listed_with_its_order_and_why(office: Office) -> None:
    number = await ordered(office)
    await bury(office, number)

    (letter,) = await all_letters(office)

    assert (letter.id, letter.kind, letter.what) == (f"step:{number}/payment/0", "step", "payment")
    assert (letter.order, letter.why) == (number, "no such card")


async def test_messages_nobody_can_read_are_listed_shown_and_never_executed(office: Office) -> None:
    await send(office.settings, "orders", *BROKEN.values())

    letters = await all_letters(office)

    assert [(letter.kind, letter.order) for letter in letters] == [("message", None)] * len(BROKEN)
    assert (await whole(office, letters[0].id))["body"] in BROKEN.values()


@pytest.mark.parametrize(
    ("body", "what", "why"),
    [
        ("hello", "unreadable", "it is no message of Celery"),
        (header("task", "os.system"), "unknown task", "no task is called 'os.system'"),
        (BROKEN["pickled"], "unreadable", "it is no JSON in UTF-8"),
        (envelope(Message(ORDERS, PROCESS_ORDER, 4_000_000)), PROCESS_ORDER, "its step is none of ours"),
    ],
)
async def test_the_list_says_what_is_wrong_with_a_message(office: Office, body: str, what: str, why: str) -> None:
    await send(office.settings, "documents", body)

    (letter,) = await all_letters(office)

    assert (letter.what, letter.why) == (what, why)


async def test_a_message_of_an_order_is_listed_with_its_number(office: Office) -> None:
    number = await ordered(office)
    await send(office.settings, "orders", await message_of(office, number))

    (letter,) = await all_letters(office)

    assert (letter.order, letter.what, letter.why) == (number, PROCESS_ORDER, "it was tried too often")


async def test_looking_hides_no_message_from_anybody(office: Office) -> None:
    await send(office.settings, "orders", *(f"number {number}" for number in range(23)))

    looks = [await all_letters(office) for _ in range(7)]

    assert [len({letter.id for letter in found}) for found in looks] == [23] * 7
    assert (await office.dead.depths())["orders-dead"].visible == 23


async def test_letters_come_by_kind_and_age(office: Office) -> None:
    number = await ordered(office)
    await bury(office, number)
    await send(office.settings, "media", "junk")
    await send(office.settings, "orders", header("task", "os.system"), header("task", "os.popen"))

    letters = await all_letters(office)

    assert [(letter.kind, letter.what) for letter in letters] == [
        ("step", "payment"), ("message", "unknown task"), ("message", "unknown task"), ("message", "unreadable")
    ]  # fmt: skip
    assert letters[1].since <= letters[2].since


async def test_a_dead_step_is_shown_with_the_message_it_would_send(office: Office) -> None:
    number = await ordered(office)
    await bury(office, number)

    told = await whole(office, f"step:{number}/payment/0")

    assert (told["state"], told["attempts"], told["order"]) == ("dead", 1, number)
    assert isinstance(told["body"], str)


async def test_a_redriven_step_is_queued_and_announced(office: Office) -> None:
    number = await ordered(office)
    await bury(office, number)

    await redrive(office, f"step:{number}/payment/0")

    assert (await step_row(office, number))["state"] == "queued"
    assert (await events(office, number))[-1] == ("step.retried", "operator", "payment/0")
    assert await all_letters(office) == []


async def test_a_redriven_message_is_in_its_queue_and_no_more_among_the_dead(office: Office) -> None:
    number = await ordered(office)
    body = await message_of(office, number)
    mark = {"kind": {"DataType": "String", "StringValue": "x"}}
    await send(office.settings, "orders", body, "other", MessageAttributes=mark)
    letter = next(found for found in await all_letters(office) if found.order == number)

    await redrive(office, letter.id)

    assert await bodies_in(office.settings, "orders") == [body]
    assert [found.what for found in await all_letters(office)] == ["unreadable"]
    assert (await events(office, number))[-1] == ("message.redriven", "operator", letter.id)
    with pytest.raises(NotFound, match="no such message"):
        await redrive(office, letter.id)


async def test_a_message_that_could_not_be_sent_again_stays_among_the_dead(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(office.settings, "orders", "precious")
    letter_id = await only_letter(office)

    async def refuse(_: object) -> None:
        raise Conflict("SQS says no")

    monkeypatch.setattr(office.dead.__class__, "send_again", lambda _, message: refuse(message))
    with pytest.raises(Conflict):
        await redrive(office, letter_id)

    assert await only_letter(office) == letter_id


async def test_a_dropped_step_stays_dead_and_nobody_is_called_any_more(office: Office) -> None:
    number = await ordered(office)
    await bury(office, number)

    await drop(office, f"step:{number}/payment/0")
    await drop(office, f"step:{number}/payment/0")

    order = await look(office, number)
    assert (order.steps[0].state, order.attention) == ("dead", None)
    assert (await events(office, number)).count(("step.dropped", "operator", "payment/0")) == 1
    assert await all_letters(office) == []


async def test_a_dropped_step_can_be_begun_anew_and_die_again(office: Office) -> None:
    number = await ordered(office)
    await bury(office, number)
    await drop(office, f"step:{number}/payment/0")

    await redrive(office, f"step:{number}/payment/0")
    await bury(office, number, "still no such card")

    (letter,) = await all_letters(office)
    assert letter.why == "still no such card"


async def test_another_reason_to_call_a_person_outlives_a_dropped_step(office: Office) -> None:
    number = await ordered(office)
    await bury(office, number)
    async with office.database.writer() as connection:
        await connection.execute("UPDATE orders SET attention = 'Paid twice.'")

    await drop(office, f"step:{number}/payment/0")

    assert (await look(office, number)).attention == "Paid twice."


async def test_a_step_that_is_not_dead_is_not_dropped(office: Office) -> None:
    number = await ordered(office)

    with pytest.raises(Conflict, match="queued, not dead"):
        await drop(office, f"step:{number}/payment/0")

    assert (await step_row(office, number))["done_at"] is None


async def test_a_dropped_message_is_gone_and_its_order_knows(office: Office) -> None:
    number = await ordered(office)
    await send(office.settings, "orders", await message_of(office, number))
    letter_id = await only_letter(office)

    await drop(office, letter_id)

    assert await all_letters(office) == []
    assert await bodies_in(office.settings, "orders") == []
    assert (await events(office, number))[-1] == ("message.dropped", "operator", letter_id)


@pytest.mark.parametrize(
    "letter_id",
    [
        *("orders/none", "orders-dead/none", "nowhere/x", "step:0000-0000/x/0", "x", ""),
        *("job:0", "job:", "job:1x", "job:٣", f"job:{10**18}", f"job:{10**30}"),
    ],
)
async def test_an_unknown_letter_is_not_found(office: Office, letter_id: str) -> None:
    for act in (whole, redrive, drop):
        with pytest.raises(NotFound):
            await act(office, letter_id)


async def test_a_forged_order_number_leaves_no_event(office: Office) -> None:
    await send(office.settings, "orders", header("order_number", "ZZZZ-ZZZZ"))

    await drop(office, await only_letter(office))

    assert await all_letters(office) == []


async def test_dropping_without_a_terminal_needs_a_yes(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await send(office.settings, "orders", "junk")
    letter_id = await only_letter(office)
    monkeypatch.setattr(sys, "argv", ["dead-letters", "drop", letter_id])
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))

    with pytest.raises(WrongUse, match="--yes"):
        await dead_letters.carry_out(office, dead_letters.read_options())

    assert await only_letter(office) == letter_id


async def test_the_verbs_print_json_and_nothing_else(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await send(office.settings, "orders", "\x1b]0;owned\x07")
    letter_id = await only_letter(office)

    said = []
    for words in (["list"], ["show", letter_id], ["drop", letter_id, "--yes"], ["list"]):
        monkeypatch.setattr(sys, "argv", ["dead-letters", *words, "--json"])
        await dead_letters.carry_out(office, dead_letters.read_options())
        said.append(json.loads(capsys.readouterr().out))

    assert [row["id"] for row in said[0]] == [letter_id]
    assert said[1]["body"] == "\x1b]0;owned\x07"
    assert said[2] == {"id": letter_id, "done": "drop"}
    assert said[3] == []


async def test_a_body_cannot_steer_the_operators_terminal(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await send(office.settings, "orders", "\x1b]0;owned\x07")
    monkeypatch.setattr(sys, "argv", ["dead-letters", "show", await only_letter(office)])

    await dead_letters.carry_out(office, dead_letters.read_options())

    out = capsys.readouterr().out
    assert "\\x1b]0;owned\\x07" in out
    assert "\x1b" not in out


def test_a_table_stays_a_table() -> None:
    rows: list[dict[str, str | int | None]] = [{"id": "a\nb", "n": 1}, {"id": "c", "n": None}, {"id": "d", "n": 1000}]

    assert table(("id", "n"), rows).splitlines() == ["id       n", "a\\nb     1", "c        -", "d     1000"]


async def test_two_operators_at_once_redrive_a_message_without_loss(office: Office) -> None:
    await send(office.settings, "orders", base64_of("{}"))
    letter_id = await only_letter(office)

    results = await asyncio.gather(*(redrive(office, letter_id) for _ in range(2)), return_exceptions=True)

    assert sum(result is None for result in results) >= 1
    assert len(await bodies_in(office.settings, "orders")) >= 1
    assert await all_letters(office) == []
