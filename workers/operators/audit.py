"""`./shop audit [--json] [--deep]`: compare orders, money, documents, mails and stock. 1 on any gap, 2 cannot look."""

import argparse
import asyncio
import json
import logging
import sys

from shared.audit.gaps import Report
from shared.db import Database
from shared.errors import Unavailable
from shared.settings import Settings, SettingsError, load_settings
from workers.audit.books import audit
from workers.audit.desk import Desk

POOL_SIZE = 4  # two lanes that ask for one thing at a time, and some air


def main() -> int:
    parser = argparse.ArgumentParser(prog="./shop audit", description="Compare the shop's ledgers.", allow_abbrev=False)
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.add_argument("--deep", action="store_true", help="read every document's file, not only new ones")
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    try:
        report = asyncio.run(_audit(load_settings(), deep=options.deep))
    except SettingsError as error:
        return _cannot(f"settings: {error}")
    except Unavailable as error:
        return _cannot(error.detail)
    sys.stdout.write(_as_json(report) if options.json else _as_text(report))
    for sentence in report.unreadable:
        _cannot(f"not audited: {sentence}")
    return 1 if report.gaps else 2 if report.unreadable else 0


async def _audit(settings: Settings, *, deep: bool) -> Report:
    database = Database(settings.database_writer_url, settings.database_reader_urls, POOL_SIZE)
    try:
        return (await audit(Desk(settings, database, deep))).report
    finally:
        await database.close()


def _as_json(report: Report) -> str:
    gaps = [{"kind": gap.kind, "order": gap.order, "detail": gap.detail} for gap in report.gaps]
    return json.dumps({"checked": dict(report.checked), "gaps": gaps}) + "\n"


def _as_text(report: Report) -> str:
    rows = [f"{name.replace('_', ' '):<22}{count:>10}" for name, count in report.checked.items()]
    gaps = [f"{gap.kind:<24}{gap.order or '-':<12}{gap.detail}" for gap in report.gaps]
    verdict = {0: "no gap", 1: "1 gap"}.get(len(gaps), f"{len(gaps)} gaps")
    return "\n".join(["checked", *rows, "", *gaps, *([""] if gaps else []), verdict]) + "\n"


def _cannot(sentence: str) -> int:
    sys.stderr.write(f"shop: {sentence}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
