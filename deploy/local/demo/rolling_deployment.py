"""`./shop demo rolling-deployment`: a new release with a migration, machine after machine, while people shop.

The release is the one of the commit that is checked out; the next one, made for this drill, has a migration more.
"""

import argparse
import asyncio
import signal
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.cloud.fleet import MACHINES, READERS, Cloud
from deploy.local.cloud.next_release import last_migration, next_release
from deploy.local.cloud.rollout import Rollout
from deploy.local.instances import Instances
from deploy.local.load.plan import Plan
from deploy.local.load.running import Outcome, Target, carry_out
from deploy.local.load.shop import Shop, open_scaled
from deploy.local.place import CHECKOUT, STATE, Place
from deploy.local.ports import Ports
from deploy.local.readers import Readers
from deploy.local.scale import Scale
from deploy.release.bundling import Release, kept
from loadtests.report import last_line
from loadtests.run import Finding, Outage
from shared.migrate import current_revision

USERS, SECONDS, LEAST_REQUESTS = 40, 180.0, 3000
THINK_S = (0.5, 1.5)
FIRST_S = 15.0  # people shop for so long before it begins
# On one machine a process that starts takes time from those that answer; what is shown here is that nobody is refused.
NOT_JUDGED = ("slow ", "loop delay", "memory")


def main(arguments: Sequence[str]) -> int:
    """0: no request failed, no order was lost, and every machine runs the new release."""
    parser = argparse.ArgumentParser(prog="./shop demo rolling-deployment", allow_abbrev=False)
    parser.add_argument("--users", type=int, default=USERS, help="shoppers (%(default)s)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long they shop (%(default)s)")
    options = parser.parse_args(arguments)
    plan = Plan(users=options.users, seconds=options.seconds, think_s=THINK_S)
    plan.check()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # which ends everything and deletes the folder
    release = kept(CHECKOUT, Place(STATE).bundles)
    with tempfile.TemporaryDirectory(prefix="demo-", dir=STATE) as folder:
        return asyncio.run(_demo(Place(Path(folder)), release, plan))


@dataclass
class Deployment:
    """The next release, brought to the machines while people shop; its times are those of time.monotonic."""

    cloud: Cloud
    shop: Shop
    release: Release
    times: list[Outage] = field(default_factory=list)

    async def bring(self) -> list[Outage]:
        await asyncio.sleep(FIRST_S)
        began_s = time.monotonic()
        instances = Instances(self.cloud, self.shop.supervisor)
        machines = self.cloud.machines(self.shop.environ)
        await Rollout(machines, instances, self.shop.supervisor, _tell).bring(self.release)
        self.times = [Outage(name="deployment", began_s=began_s, ended_s=time.monotonic(), is_felt=False)]
        return self.times


async def _demo(place: Place, release: Release, plan: Plan) -> int:
    ports, began = Ports.free(MACHINES), time.monotonic()
    print("Opening three storefronts and a worker as on AWS, beside whatever runs: some thirty seconds.", flush=True)
    cloud = Cloud(place, ports, release)
    async with open_scaled(place, ports, Scale(cloud, Readers(place, ports, READERS)), ports.process) as shop:
        _tell(f"they run {release.label} at {shop.url} after {time.monotonic() - began:.0f} s")
        deployment = Deployment(cloud, shop, next_release(release, place.bundles))
        outcome = await carry_out(plan, Target(shop.url, shop.secret, shop=shop, meanwhile=deployment.bring))
        wrong = [*_wrong(outcome), *_not_deployed(deployment, outcome)]
    for finding in wrong:
        _tell(f"{finding.what}: {finding.detail}")
    _tell(last_line(plan.run, outcome.run, wrong))
    return 1 if wrong else 0


def _wrong(outcome: Outcome) -> Iterable[Finding]:
    yield from (finding for finding in outcome.findings if not finding.what.startswith(NOT_JUDGED))
    requests = outcome.run.diary.timeline.requests()
    if requests < LEAST_REQUESTS:
        yield Finding("too few requests", f"{requests}, and {LEAST_REQUESTS} are the least that tell anything")


def _not_deployed(deployment: Deployment, outcome: Outcome) -> Iterable[Finding]:
    """Whether it ended while people shopped, every process runs from its folder, and the schema is its own."""
    diary = outcome.run.diary
    ended_s = deployment.times[0].ended_s - diary.began_s
    if ended_s > outcome.plan.seconds:
        yield Finding("too late", f"the deployment took until {ended_s:.0f} s, and people shopped for less")
    label = deployment.release.label
    for name, folder in _folders(deployment.shop).items():
        if not folder.name.endswith(f"-{label}"):
            yield Finding("not deployed", f"{name} runs from {folder.name}")
    revision = current_revision(deployment.shop.environ["DATABASE_WRITER_URL"])
    if revision != (newest := f"{last_migration(deployment.release.zips['web']):04d}"):
        yield Finding("not migrated", f"the schema is at {revision}, not {newest}")


def _folders(shop: Shop) -> dict[str, Path]:
    """Where each process of the tiers runs."""
    pids = {row["name"]: row["pid"] for row in shop.supervisor.rows()}
    names = [name for name in pids if name.startswith(("storefront-", "worker-")) and name != "worker-daemon"]
    return {name: Path(f"/proc/{pids[name]}/cwd").readlink() for name in names}


def _tell(line: str) -> None:
    print(f"        {line}", flush=True)
