"""Everything that the ledger and the events may hold has words in the back office."""

import re
from pathlib import Path

from shared.domain.statuses import ReturnStatus
from shared.messages import TASK_OF_STEP
from shared.queries.placing import PLACED
from shared.services.bank import Fit
from storefront.handlers.desk_commands import ACTS
from storefront.views.desk_bank import FITS
from storefront.views.desk_events import EVENTS, MAILS, STEP_NAMES, event_tone, event_words, step_words
from storefront.views.desk_order import DONE
from storefront.views.states import RETURN

ROOT = Path(__file__).parents[2]
TOLD = re.compile(r'(?:\.tell\(|insert_event\([^"()]*?)"([a-z_]+\.[a-z_]+)"')
STEP = re.compile(r'steps\.(?:add|ask_again)\("([a-z_]+)"')


def found(form: re.Pattern[str]) -> set[str]:
    sources = (path.read_text() for folder in ("shared", "workers") for path in (ROOT / folder).rglob("*.py"))
    return {name for text in sources for name in form.findall(text)}


def test_every_event_that_is_told_has_words() -> None:
    told = found(TOLD) | {PLACED}

    assert {"line.packed", "invoice.made"} < told
    assert told - set(EVENTS) == set()


def test_every_step_has_a_name() -> None:
    assert (found(STEP) | set(TASK_OF_STEP)) - set(STEP_NAMES) == set()
    assert step_words("receipt", 1) == "Receipt"
    assert step_words("receipt", 3) == "Receipt, time 3"


def test_every_mail_tells_that_it_was_sent() -> None:
    assert {f"mail.{kind}_sent" for kind in MAILS} <= set(EVENTS)
    assert event_words("mail_shipped.dead") == "Mail: parcel sent: given up"
    assert event_tone("mail_shipped.dead") == "stop"


def test_every_form_every_fit_and_every_return_has_words() -> None:
    assert set(DONE) == set(ACTS)
    assert set(FITS) == set(Fit)
    assert set(RETURN) == set(ReturnStatus) - {ReturnStatus.NONE}
