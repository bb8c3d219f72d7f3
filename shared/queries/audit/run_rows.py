"""What of load runs is not as their own rules say; only that, as there should be none."""

from shared.db import Reads, Row

MOST = 200  # of each kind; who sees so many needs no more


async def numbers_of_no_run(connection: Reads) -> list[Row]:
    """number and order_number of documents that bear a load run's number and belong to no order of one."""
    return await connection.rows(
        "SELECT d.number, o.number AS order_number FROM documents d "
        "LEFT JOIN orders o ON o.id = CAST(SUBSTRING_INDEX(d.subject, ':', -1) AS UNSIGNED) "
        "WHERE d.number LIKE 'T%%' AND o.test_run IS NULL LIMIT %s",
        (MOST,),
    )


async def real_numbers_of_runs(connection: Reads, run: str | None) -> list[Row]:
    """number and order_number of load runs' documents, of one run or of all, that bear a real number."""
    which = "o.test_run IS NOT NULL" if run is None else "o.test_run = %s"
    return await connection.rows(
        "SELECT d.number, o.number AS order_number FROM orders o FORCE INDEX (by_test_run) "
        "STRAIGHT_JOIN documents d FORCE INDEX (once) ON d.subject = CONCAT('order:', o.id) "
        f"WHERE {which} AND d.number IS NOT NULL AND d.number NOT LIKE 'T%%' LIMIT %s",
        (*([] if run is None else [run]), MOST),
    )


async def numbers_never_given(connection: Reads) -> list[str]:
    """Numbers of the range of load runs beyond what it has given out; some below may be gone, with their runs."""
    rows = await connection.rows(
        "SELECT d.number FROM documents d WHERE d.number LIKE 'T%%' AND CAST(SUBSTRING(d.number, 2) AS UNSIGNED) "
        "NOT BETWEEN 1 AND (SELECT last FROM number_ranges WHERE kind = 'test_run') LIMIT %s",
        (MOST,),
    )
    return [row["number"] for row in rows]


async def how_many_numbers(connection: Reads) -> int:
    row = await connection.row("SELECT COUNT(*) AS n FROM documents WHERE number LIKE 'T%%'")
    return int(row["n"]) if row else 0


async def pools_unlike_their_moves(connection: Reads, run: str | None = None) -> list[Row]:
    """run, sku, sold and moved of the variants whose pool is not the sum of its moves, of one run or of all."""
    return await connection.rows(
        "SELECT p.run, p.sku, p.sold, -COALESCE(SUM(m.delta), 0) AS moved FROM test_run_stock p "
        "LEFT JOIN stock_moves m ON m.test_run = p.run AND m.sku = p.sku "
        "JOIN test_runs r ON r.run = p.run AND r.purging_at IS NULL "
        "WHERE p.run = COALESCE(%s, p.run) GROUP BY p.run, p.sku, p.sold HAVING p.sold <> moved LIMIT %s",
        (run, MOST),
    )
