"""From what the shop knows of a load run to what the API tells."""

from shared.audit.gaps import Report
from shared.queries.load_runs import LoadRun
from shared.queries.run_orders import RunOrder
from shared.services.load_runs import RunPage
from storefront.api import answers


def run(found: LoadRun) -> answers.RunAnswer:
    return answers.RunAnswer(run=found.run, started_at=found.started_at, ended_at=found.ended_at)


def report(found: LoadRun, page: RunPage, audit: Report | None) -> answers.RunReport:
    return answers.RunReport(
        **run(found).model_dump(),
        orders=[_order(order) for order in page.orders],
        next=page.next,
        stock=None if page.stock is None else [answers.RunStock(**vars(row), left=row.left) for row in page.stock],
        audit=_audit(audit) if audit else None,
    )


def _order(order: RunOrder) -> answers.RunOrder:
    return answers.RunOrder(**{name: value for name, value in vars(order).items() if name != "id"})


def _audit(found: Report) -> answers.RunAudit:
    gaps = [answers.RunGap(kind=gap.kind, order=gap.order, detail=gap.detail) for gap in found.gaps]
    return answers.RunAudit(checked=dict(found.checked), gaps=gaps)
