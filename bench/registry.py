"""Every row of `./shop bench`: what it tells, and what measures it. A new row is a line here."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from bench.cart_calls import measure_cart_calls
from bench.cart_latency import measure_cart_latency
from bench.orders import measure_orders
from bench.pages import measure_pages
from bench.papers import measure_papers
from bench.pipeline import measure_pipeline
from bench.rows import Row


@dataclass(frozen=True)
class Measurement:
    """One run that yields these rows, in this order; tells what each row is about.

    It starts what it needs, on free ports and in a folder of its own. Where it holds us against something else, it
    lets both take turns (A B A B), so that whatever else the machine does hits both.
    """

    rows: Mapping[str, str]
    measure: Callable[[], Awaitable[Sequence[Row]]]


MEASUREMENTS = (
    Measurement(
        {"pipeline": "steps a second of one worker, their work stubbed out; limit: tasks that do nothing"},
        measure_pipeline,
    ),
    Measurement(
        {
            "orders": "orders a second from placed to mailed, everything on this machine; limit: what is asked for",
            "orders-cpu": "CPU of the worker tier for an order; limit: what is asked for",
            "emulator-cpu": "CPU of the SQS emulator for an order, which stands for a service elsewhere",
        },
        measure_orders,
    ),
    Measurement(
        {
            "cart-p95": "a cart operation through HAProxy, 3 storefronts, 50 shoppers; limit: what is asked for",
            "cart-p50": "the same, at the median",
            "cart-p99": "the same, one in a hundred takes longer",
            "cart-rate": "cart operations a second of those shoppers, each a second of thought",
        },
        measure_cart_latency,
    ),
    Measurement(
        {
            "page": "a kept product page, for each second of CPU; limit: a bare asyncio protocol with the same bytes",
            "listing": "the kept listing; limit: that protocol",
            "page-304": "a kept page that the asker knows; limit: the kept page",
            "page-made": "a product page made anew each time; limit: a bare handler with 6 kB",
            "page-haproxy": "the kept product page through HAProxy; limit: that protocol through the same HAProxy",
            "listing-haproxy": "the kept listing, in the same way",
        },
        measure_pages,
    ),
    Measurement(
        {
            "cart-add-16": "adds by 16 callers in one process; limit: the same script, pipelines packed by hand",
            "cart-add-100": "the same by 100 callers",
        },
        measure_cart_calls,
    ),
    Measurement(
        {
            "invoice": "an invoice of five lines as PDF; limit: a plain typst template of the same lines",
            "receipt": "the receipt with its invoice as a mail's bytes; limit: a bare EmailMessage with the same PDF",
        },
        measure_papers,
    ),
)
ROWS: Mapping[str, str] = {name: told for each in MEASUREMENTS for name, told in each.rows.items()}


async def measure(wanted: Collection[str], measurements: Sequence[Measurement] = MEASUREMENTS) -> list[Row]:
    """These rows, measured one after another in the registry's order."""
    found: list[Row] = []
    for each in measurements:
        if each.rows.keys() & set(wanted):
            found += await each.measure()
    return [row for row in found if row.name in wanted]
