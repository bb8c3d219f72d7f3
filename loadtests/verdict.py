"""One verdict on a run: what shoppers were told, held against what is there, and how fast they were told."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from loadtests.diary import Cart
from loadtests.history import NEVER, Operation, violations
from loadtests.run import Finding, Run, standing
from loadtests.run_record import hashed, invoices, pieces, receipts
from loadtests.samples import delay_ms, growth

CHARGED = frozenset({"authorized", "paid"})
IN_SEVERAL_PLACES = frozenset({"AccountBuyer", "Returner", "Hesitant"})  # whose carts are: in browsers, or in tabs
TOLD = 5  # findings of a kind that are told one by one; all are counted


def judge(run: Run) -> list[Finding]:
    """Everything that is wrong; nothing if the run passes."""
    return [
        *_was_visited(run),
        *_errors(run),
        *_speed(run),
        *_carts(run),
        *_orders(run),
        *_papers(run),
        *_receipts(run),
        *_charges(run),
        *_stock(run),
        *_flash_sale(run),
        *_audit(run),
        *_health(run),
    ]


def _was_visited(run: Run) -> Iterator[Finding]:
    if not run.diary.timeline.requests():
        yield Finding("nobody came", "not one request was answered")


def _errors(run: Run) -> Iterator[Finding]:
    count = run.diary.timeline.errors(run.is_calm)
    if count:
        told = Counter(f"{each['status']} {each['kind']}" for each in run.diary.errors
                       if run.is_calm(int(each["at_s"])))  # fmt: skip
        most = ", ".join(f"{number} × {name}" for name, number in told.most_common(TOLD))
        yield Finding("errors", f"{count} requests failed that no fault excuses: {most}")


def speed_limits(run: Run) -> Mapping[str, int]:
    """p99 by kind of request; none in a flash sale, where what counts is when the last one is told."""
    return {} if run.hot_sku else run.limits.p99_ms


def _speed(run: Run) -> Iterator[Finding]:
    limits = speed_limits(run)
    for kind in run.diary.timeline.kinds:
        limit_ms = limits.get(kind)
        took_ms = run.diary.timeline.percentile_ms(0.99, kind, run.is_calm)
        if limit_ms is not None and took_ms > limit_ms:
            yield Finding(f"slow {kind}", f"p99 {took_ms:.0f} ms, {limit_ms} ms allowed")


def _carts(run: Run) -> Iterator[Finding]:
    for number, cart in enumerate(run.diary.carts):
        for sentence in violations(_as_promised(run, cart)):
            yield Finding(f"cart {_kind_of(sentence)}", f"cart {number} of a {cart.whose}: {sentence}")


def _as_promised(run: Run, cart: Cart) -> Iterator[Operation]:
    """What the shop promises of a cart also while its store is away, when each browser goes on with its own copy.

    "One tab only" holds then: of a change beside another request of that cart nobody knows whether it lasts, nor of any
    in a cart that is used in two tabs or browsers, and what one of them does not know yet it does not show.
    """
    for each in cart.operations:
        if run.has_cart_store(int(each.asked_s - run.diary.began_s)):
            yield each
        elif each.verb == "read" and cart.whose in IN_SEVERAL_PLACES:
            continue
        elif each.verb == "read" or each.answered_s == NEVER or _is_known(each, cart):
            yield each
        else:
            yield replace(each, answered_s=NEVER, over_s=each.answered_s, seen=None)


def _is_known(change: Operation, cart: Cart) -> bool:
    return cart.whose not in IN_SEVERAL_PLACES and not any(
        other is not change and other.asked_s < change.answered_s and change.asked_s < other.answered_s
        for other in cart.operations
    )


def _kind_of(sentence: str) -> str:
    if "foreign" in sentence:
        return "foreign"
    return "lost" if " lost" in sentence or "refused" in sentence else "doubled"


def _orders(run: Run) -> Iterator[Finding]:
    there, keys = run.record.by_number, Counter(order["key_sha256"] for order in run.record.orders)
    for told in run.diary.orders:
        found = there.get(told.number)
        if found is None:
            yield Finding("order lost", f"{told.number} was acknowledged and is not there")
        elif pieces(found) != told.pieces or found["total_cents"] != told.total_cents:
            yield Finding("order changed", f"{told.number} holds {pieces(found)}, {dict(told.pieces)} was ordered")
    yield from (Finding("order doubled", f"{count} orders for one key") for count in keys.values() if count > 1)
    asked = set(map(hashed, run.diary.asked))
    yield from (
        Finding("order foreign", f"nobody of this run asked for {order['number']}")
        for order in run.record.orders
        if order["key_sha256"] not in asked
    )


def _papers(run: Run) -> Iterator[Finding]:
    """Each order that stands is processed and billed once, in time."""
    late = f"{run.limits.done_s:.0f} s after the end"
    for order in standing(run.record, run.diary):
        number, status = order["number"], order["order_status"]
        if status != "processing":
            yield Finding("order not processed", f"{number} is still {status} {late}")
        elif number in run.open_orders:
            left = [step["step"] for step in order["steps"] if step["state"] not in ("done", "dead")]
            yield Finding("order not finished", f"{number}: {', '.join(left) or 'a paper'} missing {late}")
        yield from _once("invoice", number, len(invoices(order)))


def _once(paper: str, number: str, count: int) -> Iterator[Finding]:
    if count == 0:
        yield Finding(f"{paper} missing", f"{number} has none")
    elif count > 1:
        yield Finding(f"{paper} sent twice" if paper == "receipt" else f"{paper} made twice", f"{number} has {count}")


def _receipts(run: Run) -> Iterator[Finding]:
    """One for each order that stands, to whoever ordered: as the mailbox has it, or as the ledger says."""
    mailbox, emails = run.record.mailbox, {told.number: told.email for told in run.diary.orders}
    for order in standing(run.record, run.diary):
        number = order["number"]
        if mailbox is None:
            yield from _once("receipt", number, len(receipts(order)))
            continue
        went_to = mailbox.get(number, ())
        yield from _once("receipt", number, len(went_to))
        if strangers := sorted(set(went_to) - {emails.get(number)}) if number in emails else []:
            yield Finding("receipt to a stranger", f"{number} was told to {', '.join(strangers)}")


def _charges(run: Run) -> Iterator[Finding]:
    """As the card provider has them."""
    if run.record.charges is None:
        return
    for order in run.record.orders:
        count, has_card = run.record.charges.get(order["number"], 0), order["payment_status"] in CHARGED
        if count > 1:
            yield Finding("charged twice", f"{order['number']} has {count} charges")
        elif has_card and count == 0:
            yield Finding("charge missing", f"{order['number']} is {order['payment_status']}, and no card was charged")


def _stock(run: Run) -> Iterator[Finding]:
    sold = Counter[str]()
    for order in run.record.orders:
        sold.update(pieces(order))
    poolless = sorted(sold.keys() - {row["sku"] for row in run.record.stock})
    yield from (Finding("stock", f"{sku}: {sold[sku]} in orders, and no pool of the run") for sku in poolless)
    for row in run.record.stock:
        if row["sold"] + row["left"] != row["pool"] or row["sold"] != sold[row["sku"]]:
            yield Finding("stock", f"{row['sku']}: {row['pool']} there were, {row['sold']} sold, {row['left']} left, "
                                   f"{sold[row['sku']]} in orders")  # fmt: skip


def _audit(run: Run) -> Iterator[Finding]:
    yield from (Finding("audit", f"{gap['kind']} {gap['order']}: {gap['detail']}") for gap in run.record.gaps)
    if run.record.audited is not None and run.record.audited != len(run.record.orders):
        yield Finding("audit", f"{run.record.audited} of {len(run.record.orders)} orders were looked at")


def _flash_sale(run: Run) -> Iterator[Finding]:
    if not run.hot_sku:
        return
    pool = next((row["pool"] for row in run.record.stock if row["sku"] == run.hot_sku), run.users)
    sold, told_so = len(run.diary.orders), sum(run.diary.refused.values())
    if sold != min(pool, run.users):
        yield Finding("flash sale", f"{sold} sold of {pool} to {run.users} shoppers")
    if sold + told_so != run.users:
        yield Finding("flash sale", f"{run.users - sold - told_so} of {run.users} were told neither yes nor no")
    if run.diary.timeline.seconds > run.limits.flash_s:
        yield Finding("flash sale", f"it took {run.diary.timeline.seconds} s, {run.limits.flash_s:.0f} s allowed")


def _health(run: Run) -> Iterator[Finding]:
    """Judged of runs that are long enough for a process to warm up."""
    if run.samples and run.samples[-1].at_s >= run.limits.warm_s:
        yield from _loops(run)
        yield from _memory(run)


def _loops(run: Run) -> Iterator[Finding]:
    calm = [sample for sample in run.samples if run.is_calm(int(sample.at_s))]
    third = max(2, len(calm) // 3)
    before_ms, after_ms = delay_ms(calm[:third]), delay_ms(calm[-third:])
    if after_ms > max(run.limits.delay_ms, before_ms * run.limits.delay_times):
        yield Finding("loop delay", f"p99 {after_ms:.0f} ms in the last third, {before_ms:.0f} ms in the first")


def _memory(run: Run) -> Iterator[Finding]:
    for part in sorted(run.samples[-1].delays):
        if (grown := growth(run.samples, part, run.limits.warm_s)) > run.limits.growth:
            yield Finding("memory", f"{part} grew by {grown:.1%}, {run.limits.growth:.0%} allowed")
