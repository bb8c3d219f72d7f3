"""`./shop load purge RUN [--yes]`: take a load run out of the shop, to the last row, key and file."""

import argparse
import sys

from shared.domain.load_runs import RUN
from shared.dynamo import Dynamo
from shared.media import Media
from shared.redis_client import open_redis
from workers.operators.office import Office, WrongUse, attend, make_sure
from workers.operators.screens import say
from workers.run_carts import RunCarts
from workers.run_purge import RunPurge


async def purge(office: Office, run: str) -> dict[str, int]:
    """Purge a run; returns how much of what is gone.

    Raises:
        WrongUse: no run can have this name; NotFound, Conflict, Unavailable: as `RunPurge` tells.
    """
    if not RUN.fullmatch(run):
        raise WrongUse("a run's name has 4 to 40 of the characters a to z, 0 to 9 and -")
    settings, redis = office.settings, open_redis(office.settings.redis_url)
    dynamo = Dynamo(settings) if settings.cart_store == "dynamodb" else None
    media = Media(settings.media_root)
    purging = RunPurge(office.database, media, RunCarts(redis, dynamo, settings.carts_table), run)
    try:
        await purging.carry_out(patience_s=2 * settings.step_lease_s)
    finally:
        media.close()
        await redis.aclose()
        if dynamo:
            dynamo.close()
    return {name: count for name, count in purging.gone.items() if count}


def main() -> int:
    parser = argparse.ArgumentParser(prog="./shop load", description="Load runs that are over.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    purge_verb = verbs.add_parser("purge", help="take a run out of the shop, to the last row, key and file")
    purge_verb.add_argument("run", help="its name, as in nightly-42")
    purge_verb.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args()

    async def carry_out(office: Office) -> None:
        if not options.yes:
            make_sure(f"Take {options.run} out of the shop for good?", "./shop load purge RUN --yes")
        gone = await purge(office, options.run)
        rows = [f"{name:<22}{count:>10}" for name, count in gone.items()]
        say("\n".join([*rows, f"{options.run} is gone."]))

    return attend(carry_out)


if __name__ == "__main__":
    sys.exit(main())
