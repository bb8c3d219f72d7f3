"""`./shop dead-letters list|show ID|redrive ID|drop ID [--yes] [--json]`: what was given up, and what becomes of it.

An ID is `step:NUMBER/receipt/0`, `job:ID` or, for a message in a dead-letter queue, `QUEUE/MESSAGEID`.
"""

import argparse
import sys
from typing import Any

from workers.operators import letters, verdicts
from workers.operators.letters import LETTER_COLUMNS
from workers.operators.office import Office, attend, make_sure
from workers.operators.screens import escaped, say, say_json, table

NOTHING = "nothing was given up"
DONE = {"redrive": "is on its way again", "drop": "is dropped"}


def main() -> int:
    options = read_options()
    return attend(lambda office: carry_out(office, options))


async def carry_out(office: Office, options: argparse.Namespace) -> None:
    if options.verb == "list":
        _tell_all([letter.as_json() for letter in await letters.all_letters(office)], as_json=options.json)
    elif options.verb == "show":
        _tell_one(await letters.whole(office, options.id), as_json=options.json)
    elif options.verb == "redrive":
        await verdicts.redrive(office, options.id)
        _tell_done(options)
    else:
        if not options.yes:
            make_sure(f"Nobody will look at {options.id} again. Drop it?", "./shop dead-letters drop ID --yes")
        await verdicts.drop(office, options.id)
        _tell_done(options)


def _tell_all(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        say_json(rows)
    else:
        say(table(LETTER_COLUMNS, rows) if rows else NOTHING)


def _tell_one(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(found)
        return
    for name, value in found.items():
        say(f"{name:<10} {'-' if value is None else escaped(str(value))}")


def _tell_done(options: argparse.Namespace) -> None:
    if options.json:
        say_json({"id": options.id, "done": options.verb})
    else:
        say(f"{escaped(options.id)} {DONE[options.verb]}")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./shop dead-letters", description="What was given up.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    told = {"list": "all of it", "show": "one, whole", "redrive": "try it again", "drop": "never look at it again"}
    for verb, text in told.items():
        words = verbs.add_parser(verb, help=text)
        if verb != "list":
            words.add_argument("id", metavar="ID", help="step:NUMBER/STEP/REF, job:ID or QUEUE/MESSAGEID")
        if verb == "drop":
            words.add_argument("--yes", action="store_true", help="do not ask")
        words.add_argument("--json", action="store_true", help="print JSON and nothing else")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
