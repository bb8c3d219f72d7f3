"""An order at work in this process: what several files of tests begin with."""

from dataclasses import replace
from pathlib import Path

import pytest

from shared.db import Database
from shared.settings import Settings
from tests.orders_at_work import Bench, open_bench


@pytest.fixture
def bench(settings: Settings, database: Database, tmp_path: Path) -> Bench:
    return open_bench(settings, database, tmp_path)


@pytest.fixture
def at_shipment(bench: Bench) -> Bench:
    bench.tools = replace(bench.tools, settings=replace(bench.tools.settings, payment_capture="shipment"))
    return bench
