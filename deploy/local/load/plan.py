"""What a load run is asked to be."""

from dataclasses import dataclass, field

from deploy.local.faults import UsageFault
from deploy.local.fleet import MOST_INSTANCES
from deploy.local.load.disturbances import FAULTS
from loadtests.limits import Limits
from loadtests.run_token import LEAST_SECRET, RUN_ID, new_run_id

MOST_USERS = 20_000
MOST_MINUTES = 24 * 60
FLASH_PIECES = 50
PIECES = 100_000  # of everything else: a run measures the shop, not its shelf


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A run.

    Attributes:
        seconds: how long people shop; what the verdict takes comes on top.
        faults: names of `FAULTS`; host: a shop that runs already, else one is started for the run.
        kinds: of shoppers; none are all.
    """

    users: int = 100
    seconds: float = 60
    shape: str = "steady"
    instances: int = 2
    faults: tuple[str, ...] = ()
    host: str = ""
    run: str = field(default_factory=new_run_id)
    seed: int = 1
    think_s: tuple[float, float] = (1.0, 5.0)
    kinds: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)

    def check(self) -> None:
        """Raise UsageFault, one sentence, for what cannot be run."""
        if not 1 <= self.users <= MOST_USERS:
            raise UsageFault(f"--users must be 1 to {MOST_USERS}")
        if not 0 < self.seconds <= MOST_MINUTES * 60:
            raise UsageFault(f"--minutes must be more than 0 and at most {MOST_MINUTES}")
        if not 1 <= self.instances <= MOST_INSTANCES:
            raise UsageFault(f"--instances must be 1 to {MOST_INSTANCES}")
        if unknown := sorted(set(self.faults) - FAULTS.keys()):
            raise UsageFault(f"--faults: there is no {', '.join(unknown)}; there are {', '.join(FAULTS)}")
        if not RUN_ID.fullmatch(self.run):
            raise UsageFault("--run must be 4 to 40 small letters, digits and hyphens, no hyphen first")
        if self.host and self.faults:
            raise UsageFault("--faults are made to a shop that the run starts on this machine; leave --host out")
        if self.host and not self.host.startswith(("http://", "https://")):
            raise UsageFault("--host must begin with http:// or https://")


def check_secret(secret: str) -> str:
    """The LOAD_RUN_SECRET of a shop that runs elsewhere."""
    if len(secret) < LEAST_SECRET:
        raise UsageFault(
            f"LOAD_RUN_SECRET is not set to the shop's own (at least {LEAST_SECRET} characters): without it the shop "
            "cannot tell a run's shoppers from people"
        )
    return secret
