"""The same shoppers for Locust itself: `locust -f loadtests/locustfile.py --host http://localhost:8000`.

Its own page and figures are there then, but no verdict: that is `./shop load`. Start it in the checkout.
"""

import os
import time
from typing import Any

from locust import events
from locust.env import Environment

from loadtests.account_holders import AccountBuyer, Returner
from loadtests.browsing import Searcher, WindowShopper
from loadtests.buying import CardBuyer, DeclinedBuyer, GuestBuyer, Hesitant, OrderWatcher
from loadtests.staff import StaffWatcher
from loadtests.trip import plan_trip

__all__ = [
    "AccountBuyer",
    "CardBuyer",
    "DeclinedBuyer",
    "GuestBuyer",
    "Hesitant",
    "OrderWatcher",
    "Returner",
    "Searcher",
    "StaffWatcher",
    "WindowShopper",
]


@events.test_start.add_listener  # type: ignore[untyped-decorator]
def _plan(environment: Environment, **_: Any) -> None:
    trip = plan_trip(environment.host or "http://localhost:8000", os.environ)
    trip.diary.began_s = time.monotonic()
    environment.trip = trip  # type: ignore[attr-defined]
