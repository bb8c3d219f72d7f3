"""Documents and mails: each done step has its paper, each invoiced order one invoice and one receipt, each credit a
credit note."""

from collections.abc import Iterator

from shared.audit.dossier import Dossier, Step
from shared.audit.gaps import Gap

MAIL = "mail_"


def gaps_of(order: Dossier) -> Iterator[Gap]:
    if order.is_invoiced:
        yield from _needed(order, "invoice", 0, after="payment")
        yield from _needed(order, "receipt", 0, after="invoice")
        yield from _credit_notes(order)
    for step in order.steps.values():
        if step.state == "done":
            yield from _unpapered(order, step)
    yield from _unexplained(order)


def _needed(order: Dossier, step: str, ref: int, after: str) -> Iterator[Gap]:
    if order.is_done(after) and (step, ref) not in order.steps:
        yield _gap(order, f"{step}_missing", step, ref, "there is not even a step for it")


def _credit_notes(order: Dossier) -> Iterator[Gap]:
    for credit in order.credits:
        if credit.credit_cents and ("credit_note", credit.id) not in order.steps:
            yield _gap(order, "credit_note_missing", "credit_note", credit.id, "there is not even a step for it")
    done = sum(step.name == "credit_note" and step.state == "done" for step in order.steps.values())
    made = sum(paper.kind == "credit_note" and paper.state == "done" for paper in order.papers.values())
    if made != done:
        kind = "credit_note_missing" if made < done else "document_unexplained"
        yield Gap(kind, order.number, f"{made} credit notes were made for {done} steps", order.number)


def _unpapered(order: Dossier, step: Step) -> Iterator[Gap]:
    """A done step that should have left a paper."""
    found = _paper_of(step)
    if found is None or (step.name == "invoice" and not order.is_invoiced):
        return
    paper = order.papers.get(found)
    kind = f"{step.name}_missing" if not step.name.startswith(MAIL) else "mail_missing"
    if paper is None:
        yield _gap(order, kind, *found, "the step is done, the ledger of documents has none")
    elif paper.state != "done":
        yield _gap(order, kind, *found, f"the step is done, the document is {paper.state}")
    elif step.name == "invoice" and not (paper.number and paper.has_file):
        yield _gap(order, kind, *found, "it has no number or no file")


def _unexplained(order: Dossier) -> Iterator[Gap]:
    """Papers that no step accounts for: a second invoice, a mail nobody ordered."""
    expected = {_paper_of(step) for step in order.steps.values()}
    for found, paper in order.papers.items():
        if paper.kind != "credit_note" and found not in expected and not _is_receipt_told(order, found):
            yield _gap(order, "document_unexplained", *found, "no step of the order accounts for it")


def _is_receipt_told(order: Dossier, found: tuple[str, int]) -> bool:
    """The order lacks the very step of this paper, which is told already."""
    return found in {("invoice", 1), ("receipt", 1)} and (found[0], 0) not in order.steps and order.is_invoiced


def _paper_of(step: Step) -> tuple[str, int] | None:
    """Kind and revision of what a step makes; a credit note's revision is a running number."""
    if step.name in ("invoice", "receipt"):
        return step.name, max(1, step.ref)
    return (step.name.removeprefix(MAIL), step.ref) if step.name.startswith(MAIL) else None


def _gap(order: Dossier, kind: str, paper: str, revision: int, why: str) -> Gap:
    return Gap(kind, f"{order.number}/{paper}/{revision}", f"{paper} {revision}: {why}", order.number)
