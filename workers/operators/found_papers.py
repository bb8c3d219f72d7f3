"""`./shop found-papers`: after a restore, invoices and credit notes that the backup lacks come back from their files.

1 when a number was given twice before it could be entered, 2 when it cannot look.
"""

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime
from functools import partial

from shared.errors import Conflict
from workers.found_papers import Fate, take_up_papers
from workers.operators.office import Office, attend
from workers.operators.screens import say

EXAMPLE = "2026-11-30T03:00+01:00"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./shop found-papers",
        description="After a restore: enter the documents that the backup lacks, so that no number is given twice.",
        allow_abbrev=False,
    )
    parser.add_argument("--since", type=_time, metavar="TIME", help=f"when the backup was taken, as in {EXAMPLE}; "
                        "without it: what was written since the newest document that the database knows")  # fmt: skip
    since = parser.parse_args().since
    return attend(partial(_take_up, since))


def _time(text: str) -> datetime:
    """A time without a zone is in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time, as in {EXAMPLE}") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


async def _take_up(since: datetime | None, office: Office) -> None:
    fates = Counter[Fate]()
    async for found, fate in take_up_papers(office.settings, office.database, since):
        fates[fate] += 1
        say(f"{found.paper.number} of order {found.paper.order_number}: {fate} ({found.path})")
    say(f"{fates.total()} documents were unknown to the ledger")
    if fates[Fate.TWICE]:
        raise Conflict(f"{fates[Fate.TWICE]} numbers were given twice: correct one of each two by a credit note")


if __name__ == "__main__":
    sys.exit(main())
