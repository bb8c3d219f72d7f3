"""The step ledger, the outbox and the documents of a page of orders."""

from collections.abc import Sequence

from shared.db import Reads
from shared.queries.audit.packed import Source, id_list, packed

LATE_S = 60  # past its time by so much, nobody looks after it: the sweep looks every few seconds
FAR_S = 3600  # the longest a step is put off is 15 minutes
NEVER_BEGUN_S = 900  # queued for so long without one try: no worker takes its queue's messages
STATE = "IF(s.state = 'dead' AND s.done_at IS NOT NULL, 'dropped', s.state)"  # a person looked, and dropped it
STEP = ("s.order_id", "s.step", "s.ref", STATE, "o.id IS NOT NULL")
STEP_FAULT = f"""CASE
  WHEN s.state IN ('queued', 'running', 'retrying')
    AND s.due_at NOT BETWEEN UTC_TIMESTAMP(6) - INTERVAL {LATE_S} SECOND AND UTC_TIMESTAMP(6) + INTERVAL {FAR_S} SECOND
    THEN 'overdue'
  WHEN s.state = 'running' AND s.lease_until > UTC_TIMESTAMP(6) + INTERVAL {FAR_S} SECOND THEN 'overdue'
  WHEN s.state = 'queued' AND s.attempt = 0 AND s.created_at < UTC_TIMESTAMP(6) - INTERVAL {NEVER_BEGUN_S} SECOND
    THEN 'never_begun'
  WHEN s.state = 'queued' AND o.published_at IS NULL AND o.created_at < UTC_TIMESTAMP(6) - INTERVAL {LATE_S} SECOND
    THEN 'unsent'
  ELSE '' END"""
DOCUMENT = ("subject", "kind", "revision", "state", "number", "message_id IS NOT NULL", "path IS NOT NULL")


async def step_rows(connection: Reads, ids: Sequence[int]) -> list[list[str]]:
    """order_id, step, ref, state, whether it has an outbox row (0, 1), and "", overdue, never_begun or unsent."""
    joined = "steps s FORCE INDEX (once) LEFT JOIN outbox o ON o.step_id = s.id"
    source = Source(f"{joined} WHERE s.order_id IN ({id_list(ids)})")
    return await packed(connection, (*STEP, STEP_FAULT), source)


async def document_rows(connection: Reads, ids: Sequence[int]) -> list[list[str]]:
    """DOCUMENT's columns of each document and mail of the orders."""
    subjects = ", ".join(f"'order:{int(order_id)}'" for order_id in ids)
    return await packed(connection, DOCUMENT, Source(f"documents FORCE INDEX (once) WHERE subject IN ({subjects})"))
