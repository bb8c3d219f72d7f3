"""Every row of `./shop bench`: what it tells, and what measures it. A new row is a line here."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from bench.cart_calls import measure_cart_calls
from bench.cart_latency import measure_cart_latency
from bench.catalogue_size import measure_catalogue_size
from bench.checkouts import measure_checkouts
from bench.kept_values import measure_kept_values
from bench.orders import measure_orders
from bench.pages import measure_pages
from bench.papers import measure_papers
from bench.pipeline import measure_pipeline
from bench.processes import measure_processes
from bench.rows import Row
from bench.sign_in import measure_sign_in
from bench.staff_list import measure_staff_list
from bench.sweeping import measure_sweeping
from bench.visits import measure_visits
from deploy.local.faults import StackFault
from shared.errors import ShopError


@dataclass(frozen=True)
class Measurement:
    """One run that yields these rows, in this order; tells what each row is about.

    It starts what it needs, on free ports and in a folder of its own. Where it holds us against something else, it
    lets both take turns (A B A B), so that whatever else the machine does hits both.

    Attributes:
        is_curve: its rows are shares of one process, or of the catalogue as it is.
    """

    title: str
    rows: Mapping[str, str]
    measure: Callable[[], Awaitable[Sequence[Row]]]
    is_curve: bool = False


MEASUREMENTS = (
    Measurement(
        "Worker: steps",
        {"pipeline": "steps a second of one worker, their work stubbed out; limit: tasks that do nothing"},
        measure_pipeline,
    ),
    Measurement(
        "Worker: orders",
        {
            "orders": "orders a second from placed to mailed, everything on this machine; limit: what is asked for",
            "orders-cpu": "CPU of the worker tier for an order; limit: what is asked for",
            "emulator-cpu": "CPU of the SQS emulator for an order, which stands for a service elsewhere",
        },
        measure_orders,
    ),
    Measurement(
        "Carts of fifty shoppers",
        {
            "cart-p95": "a cart operation through HAProxy, 3 storefronts, 50 shoppers; limit: what is asked for",
            "cart-p50": "the same, at the median",
            "cart-p99": "the same, one in a hundred takes longer",
            "cart-rate": "cart operations a second of those shoppers, each a second of thought",
        },
        measure_cart_latency,
    ),
    Measurement(
        "Public pages",
        {
            "page": "a kept product page, for each second of CPU; limit: a bare asyncio protocol with the same bytes",
            "listing": "the kept listing; limit: that protocol with its bytes",
            "page-304": "a kept page that the asker knows; limit: the kept page",
            "page-made": "a product page made anew each time; limit: a bare handler with 6 kB",
            "page-haproxy": "the kept product page through HAProxy; limit: that protocol through the same HAProxy",
            "listing-haproxy": "the kept listing, in the same way",
        },
        measure_pages,
    ),
    Measurement(
        "Carts, the client layer",
        {
            "cart-add-16": "adds by 16 callers in one process; limit: the same script, pipelines packed by hand",
            "cart-add-100": "the same by 100 callers",
        },
        measure_cart_calls,
    ),
    Measurement(
        "Invoice and receipt",
        {
            "invoice": "an invoice of five lines as PDF; limit: a plain typst template of the same lines",
            "receipt": "the receipt with its invoice as a mail's bytes; limit: a bare EmailMessage with the same PDF",
        },
        measure_papers,
    ),
    Measurement(
        "Personal pages and calls",
        {
            "search": "a search that nobody made before, its page; limit: a bare handler with the one SELECT",
            "search-api": "the same search by the API",
            "cart-add-http": "adding to a cart by the API; limit: a naive handler, a cart's JSON by GET and SET",
            "cart-view": "the page of a cart of three lines; limit: a bare handler with 6 kB",
            "cart-view-api": "that cart by the API",
            "order-page": "an order's page; limit: that bare handler",
        },
        measure_visits,
    ),
    Measurement(
        "Checkout",
        {
            "checkout": "3 lines an order, 16 buyers; limit: the same rows by 13 separate statements, nothing checked",
            "checkout-server": "the same; limit: those statements in a procedure that loops inside the server",
            "checkout-hot": "orders that all hold one SKU; limit: orders of spread SKUs",
        },
        measure_checkouts,
    ),
    Measurement(
        "Sign-in",
        {
            "sign-in": "sign-ins with the right password; limit: argon2 alone in bare threads, one a core",
            "sign-in-delay": "how late the event loop is meanwhile, one time in a hundred; limit: what is asked for",
        },
        measure_sign_in,
    ),
    Measurement(
        "The staff's list",
        {
            "staff-first": "the staff's list at 1,000,000 orders, first page; limit: one order's row by its number",
            "staff-deep": "the page that begins behind 500,000 orders",
            "staff-status": "filtered by a status that most orders have",
            "staff-status-rare": "filtered by one that 50 orders have",
            "staff-payment": "filtered by failed payments, 50",
            "staff-fulfillment": "filtered by unfulfilled",
            "staff-person": "those that need a person, about 120",
            "staff-number": "found by its number",
            "staff-email": "found by the beginning of an e-mail",
        },
        measure_staff_list,
    ),
    Measurement(
        "The shared cache",
        {
            "single-flight": "queries of 100 callers at once for one cold key; limit: one",
            "cache-hit": "values that this process keeps, read by 16 callers; limit: GET and decode alone",
            "cache-shared": "values that another process has kept, through Redis; limit: GET and decode alone",
            "cache-miss": "values that are not there, made and kept; limit: making them",
        },
        measure_kept_values,
    ),
    Measurement(
        "The sweep",
        {"publish": "messages that the sweep announces; limit: the same ones raw in batches to the same emulator"},
        measure_sweeping,
    ),
    Measurement(
        "More processes",
        {
            "processes-2": "pages made by 2 storefronts behind HAProxy, askers on the same cores; limit: by 1",
            "processes-2-cart": "adds to carts, in the same way",
            "processes-4": "pages made by 4, which shows when the cores are full; limit: by 1",
            "processes-4-cart": "adds to carts, in the same way",
        },
        measure_processes,
        is_curve=True,
    ),
    Measurement(
        "A larger catalogue",
        {
            "product-x10": "a product page made, with ten times the catalogue; limit: with the catalogue as it is",
            "listing-x10": "the listing made, in the same way",
            "search-x10": "a search, in the same way",
            "product-x100": "a product page made, with a hundred times the catalogue",
            "listing-x100": "the listing made, in the same way",
            "search-x100": "a search, in the same way",
        },
        measure_catalogue_size,
        is_curve=True,
    ),
)
FAILURES = (StackFault, ShopError, OSError, AssertionError)  # as on a machine that is far too busy
ROWS: Mapping[str, str] = {name: told for each in MEASUREMENTS for name, told in each.rows.items()}


async def measure(
    wanted: Collection[str],
    measurements: Sequence[Measurement] = MEASUREMENTS,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Row]:
    """These rows, measured one after another in the registry's order; those of a run that failed are missing.

    Args:
        tell: gets the title of what is measured next, and why it failed.
    """
    found: list[Row] = []
    for each in measurements:
        if each.rows.keys() & set(wanted):
            tell(f"measuring: {each.title}")
            try:
                found += await each.measure()
            except FAILURES as fault:
                tell(f"{each.title} failed: {fault or type(fault).__name__}")
    return [row for row in found if row.name in wanted]
