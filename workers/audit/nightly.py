"""The nightly job: an audit whose findings are a worklist, in the table audit_findings."""

import logging
from collections.abc import Sequence

from shared.audit.gaps import DETAIL_LENGTH, SUBJECT_LENGTH, Gap
from shared.queries.audit import file_rows
from shared.queries.audit.finding_rows import Finding, note_findings, note_gone
from workers.audit.books import audit
from workers.audit.desk import PAGE, Desk
from workers.tools import Tools

logger = logging.getLogger(__name__)


async def nightly(tools: Tools) -> int:
    """Audit, note what was found and what is gone, and return how many gaps there are.

    Raises:
        Unavailable: the database does not answer.
    """
    async with tools.database.writer() as connection:
        started = await file_rows.now(connection)
    audited = await audit(Desk(tools.settings, tools.database))
    found = _findings(audited.report.gaps)
    for start in range(0, len(found), PAGE):
        async with tools.database.writer() as connection:
            await note_findings(connection, found[start : start + PAGE], started)
    async with tools.database.writer() as connection:
        gone = await note_gone(connection, sorted(audited.kinds), started)
    logger.info("audited: %d gaps, %d gone, checked %s", len(found), gone, dict(audited.report.checked))
    return len(found)


def _findings(gaps: Sequence[Gap]) -> list[Finding]:
    """One finding for each kind and subject."""
    found = {
        (gap.kind, gap.subject[:SUBJECT_LENGTH]): Finding(
            gap.kind, gap.subject[:SUBJECT_LENGTH], gap.detail[:DETAIL_LENGTH]
        )
        for gap in gaps
    }
    return list(found.values())
